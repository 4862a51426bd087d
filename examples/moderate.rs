//! A moderation client: shows what waits, one comment after the other, and sends what is typed.
//!
//! ```text
//! HAMLET=http://127.0.0.1:8080 TOKEN=hamlet_… cargo run --example moderate
//! ```

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::{env, error::Error, io};

use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = format!("{}/api/v1/comments", env::var("HAMLET")?);
    let token = env::var("TOKEN")?;
    let client = reqwest::Client::new();
    // The comments that the model knows least about come first: deciding those teaches it most.
    let waiting = client.get(format!("{api}?status=pending&sort=uncertain"));
    let waiting = waiting
        .bearer_auth(&token)
        .send()
        .await?
        .error_for_status()?;
    let waiting: Value = waiting.json().await?;
    for comment in waiting["comments"].as_array().into_iter().flatten() {
        let percent = comment["score"].as_f64().unwrap_or_default() * 100.0;
        println!(
            "\n{} writes ({percent:.0} % spam): {}",
            comment["name"], comment["text"]
        );
        println!("approve, spam, reject, trash? Enter leaves it.");
        let mut decision = String::new();
        io::stdin().read_line(&mut decision)?;
        if decision.trim().is_empty() {
            continue;
        }
        // The version that was read: somebody else's decision in between is a conflict, not overwritten.
        let decided = json!({"decision": decision.trim(), "version": comment["version"]});
        let id = comment["id"].as_str().unwrap_or_default();
        let request = client.post(format!("{api}/{id}/decisions")).json(&decided);
        println!("{}", request.bearer_auth(&token).send().await?.status());
    }
    Ok(())
}
