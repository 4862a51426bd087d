//! One spam in many disguises, and what a model says of each.

use hamlet::bayes::Model;
use hamlet::text::Document;

const SPAM: &str = "Cheap viagra and casino bonus, buy now without prescription at pharm-bonus.com";

/// Letters as others write them: `a` to `z`.
fn letters(text: &str, alphabet: &str) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    text.chars()
        .map(|c| {
            let place = (c.to_ascii_lowercase() as usize).wrapping_sub('a' as usize);
            alphabet.get(place).copied().unwrap_or(c)
        })
        .collect()
}

/// Letters from a block that starts with `first`.
fn block(text: &str, first: u32) -> String {
    text.chars()
        .map(|c| {
            let place = u32::from(c.to_ascii_lowercase()).wrapping_sub(97);
            if place < 26 {
                char::from_u32(first + place).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

fn between(text: &str, mark: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in text.chars() {
        if before.is_alphabetic() && c.is_alphabetic() {
            out.push_str(mark);
        }
        out.push(c);
        before = c;
    }
    out
}

fn each_word(text: &str, of: impl Fn(&str) -> String) -> String {
    text.split(' ').map(of).collect::<Vec<_>>().join(" ")
}

/// Every character as an HTML entity that begins with `start`.
fn entities(text: &str, start: &str) -> String {
    text.chars().fold(String::new(), |text, c| {
        text + start + &u32::from(c).to_string() + ";"
    })
}

/// The spam's disguises, each with its name. The link is left out of most, or it alone would do.
#[expect(clippy::too_many_lines, reason = "a list")]
pub fn all() -> Vec<(&'static str, String)> {
    let bare = SPAM.split(" at ").next().unwrap_or(SPAM);
    let block = |first| block(bare, first);
    vec![
        ("plain, with its link", SPAM.to_owned()),
        ("plain", bare.to_owned()),
        ("capitals", bare.to_uppercase()),
        ("zero-width spaces", between(bare, "\u{200B}")),
        ("zero-width joiners", between(bare, "\u{200D}")),
        ("word joiners", between(bare, "\u{2060}")),
        ("soft hyphens", between(bare, "\u{AD}")),
        ("invisible plus", between(bare, "\u{2064}")),
        ("tag characters", between(bare, "\u{E0061}")),
        ("Hangul fillers", between(bare, "\u{3164}")),
        ("Mongolian separators", between(bare, "\u{180E}")),
        ("grapheme joiners", between(bare, "\u{34F}")),
        ("Braille blanks", between(bare, "\u{2800}")),
        ("dots", between(bare, ".")),
        ("dashes", between(bare, "-")),
        ("underscores", between(bare, "_")),
        ("stars", between(bare, "*")),
        ("spaces", between(bare, " ")),
        ("thin spaces", between(bare, "\u{2009}")),
        ("middle dots", between(bare, "·")),
        ("bullets", between(bare, "•")),
        ("slashes", between(bare, "/")),
        ("bars", between(bare, "|")),
        ("strike-through", between(bare, "\u{336}")),
        ("tildes over", between(bare, "\u{334}")),
        ("stacked marks", between(bare, "\u{301}\u{323}\u{33F}")),
        ("bold", block(0x1D41A)),
        ("script", block(0x1D4EA)),
        ("double-struck", block(0x1D552)),
        ("sans-serif bold", block(0x1D5EE)),
        ("monospace", block(0x1D68A)),
        ("Fraktur", block(0x1D586)),
        ("full width", block(0xFF41)),
        ("circled", block(0x24D0)),
        ("parenthesised", block(0x249C)),
        ("negative circled", block(0x1F150)),
        ("negative squared", block(0x1F170)),
        ("squared", block(0x1F130)),
        ("regional indicators", block(0x1F1E6)),
        (
            "small capitals",
            letters(bare, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ"),
        ),
        ("superscript", letters(bare, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖqʳˢᵗᵘᵛʷˣʸᶻ")),
        (
            "upside down",
            letters(bare, "ɐqɔpǝɟƃɥᴉɾʞʃɯuodbɹsʇnʌʍxʎz")
                .chars()
                .rev()
                .collect(),
        ),
        ("Cyrillic", letters(bare, "аЬсԁеfɡһіјklmпорqгѕtцvшхуz")),
        ("Greek", letters(bare, "αbcdεfghιjκlmηορqrsτυνωxγz")),
        ("Cherokee", letters(bare, "ᎪᏴᏟᎠᎬFᏀᎻᏆᎫᏦᏞᎷNᎤᏢQᎡᏚᎢUᏙᏔXᎩᏃ")),
        ("Armenian", letters(bare, "ɑbcdeƒցհiյkӏmոօքզгѕtսvաxყz")),
        (
            "Latin lookalikes",
            letters(bare, "ąɓçđęƒǥħįĵķłmŋøþqŕşŧųvŵxўž"),
        ),
        ("leet", letters(bare, "4bcd3fgh1jklmn0pqr57uvwxyz")),
        (
            "leet with symbols",
            letters(bare, "@8(d€fg#!jk1mn0pqr$+uvwxyz"),
        ),
        (
            "reversed words",
            each_word(bare, |word| word.chars().rev().collect()),
        ),
        ("reversed", bare.chars().rev().collect()),
        (
            "reversed by an override",
            format!("\u{202E}{}", bare.chars().rev().collect::<String>()),
        ),
        ("entities", entities(bare, "&#")),
        ("double entities", entities(bare, "&amp;#")),
        ("tags", between(bare, "<b></b>")),
        ("comments", between(bare, "<!-- -->")),
        ("no spaces", bare.replace(' ', "")),
        (
            "doubled letters",
            bare.chars().flat_map(|c| [c, c]).collect(),
        ),
        (
            "letters swapped",
            each_word(bare, |word| {
                let mut letters: Vec<char> = word.chars().collect();
                let end = letters.len().saturating_sub(1);
                letters
                    .get_mut(1..end)
                    .unwrap_or_default()
                    .chunks_exact_mut(2)
                    .for_each(|pair| pair.swap(0, 1));
                letters.into_iter().collect()
            }),
        ),
        (
            "one letter left out",
            each_word(bare, |word| {
                word.chars()
                    .enumerate()
                    .filter(|(at, _)| *at != 2)
                    .map(|(_, c)| c)
                    .collect()
            }),
        ),
        ("pictures between", between(bare, "🔥")),
    ]
}

#[expect(clippy::print_stdout, reason = "prints a table")]
pub fn print(model: &Model) {
    println!("\n## Disguises\n\n| disguise | probability |\n|---|---|");
    let mut missed = 0;
    let all = all();
    let count = all.len();
    for (name, text) in all {
        let score = model.score(&Document {
            text: &text,
            ..Document::default()
        });
        missed += usize::from(score < 0.0);
        println!("| {name} | {:.2} |", hamlet::bayes::probability(score));
    }
    println!("\nbelow .5: {missed} of {count}");
}
