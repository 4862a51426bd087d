//! What stands in an envelope between its lists, and behind them.

use std::io::BufRead;

use super::{ANSWERS, JsonElement, JsonValues, LARGEST_WHOLE, State, TABLES, name_of};
use crate::interchange::foreign::ReadError;

impl<R: BufRead> JsonValues<R> {
    /// Goes on in an envelope, to its next list or its end.
    pub(super) fn in_envelope(
        &mut self,
        mut depth: usize,
    ) -> Result<Option<JsonElement>, ReadError> {
        let (mut last, mut is_after_key) = (Vec::new(), false);
        while let Some(byte) = self.visible()? {
            let is_of_answers = || {
                let is_near = depth <= 2 && !self.lists.is_empty();
                is_near && ANSWERS.iter().any(|name| name.as_bytes() == last)
            };
            let is_list = || depth == self.answers || is_of_answers() || self.is_list(depth, &last);
            match byte {
                b'[' if is_after_key && is_list() && self.is_of_objects()? => {
                    self.list = name_of(&last);
                    self.state = State::List(depth);
                    return Ok(None);
                }
                b'[' | b'{' if is_after_key && self.passes_over(depth, byte, &last)? => {
                    self.state = State::Envelope(depth + 1);
                    let problem = format!(
                        "\"{}\" stands in an object of more than {} MiB, and was passed over",
                        name_of(&last),
                        LARGEST_WHOLE >> 20
                    );
                    return Err(ReadError::item(format!("line {}", self.line), &problem));
                }
                b'[' | b'{' => {
                    let is_map = byte == b'{' && is_after_key && is_of_answers();
                    depth += 1;
                    if is_map && self.answers == 0 {
                        self.answers = depth;
                    }
                }
                b']' | b'}' => {
                    depth -= 1;
                    if depth < self.answers {
                        self.answers = 0;
                    }
                    if depth == 0 {
                        self.state = State::Top;
                        return Ok(None);
                    }
                }
                b'"' => last = self.string()?,
                _ => {}
            }
            is_after_key = byte == b':';
        }
        Err(ReadError::broken(
            "the file",
            &"it ends early, inside of what its list stands in",
        ))
    }

    /// Whether what begins here in an object that is not whole would have been looked at in a whole one.
    fn passes_over(&mut self, depth: usize, bracket: u8, name: &[u8]) -> Result<bool, ReadError> {
        if !self.in_any_order {
            return Ok(false);
        }
        let is = |names: &[&str]| names.iter().any(|known| known.as_bytes() == name);
        // A single answer in the map of all of them.
        let is_answer = bracket == b'{' && self.answers > 0 && depth == self.answers;
        let is_map = bracket == b'{' && is(&TABLES);
        Ok(is_answer || is_map || bracket == b'[' && depth <= 2 && self.begins_with_object()?)
    }
}
