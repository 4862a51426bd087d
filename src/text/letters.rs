//! Letters outside ASCII that are read as ASCII ones and that Unicode gives no decomposition for: in squares,
//! circles and brackets, small capitals, turned upside down, with a stroke or a hook.

/// How a letter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For style alone.
    Styled,
    /// Upside down.
    Turned,
    /// As some language's alphabet has it.
    Plain,
}

const SMALL: [(char, u8); 25] = [
    ('ᴀ', b'a'),
    ('ʙ', b'b'),
    ('ᴄ', b'c'),
    ('ᴅ', b'd'),
    ('ᴇ', b'e'),
    ('ꜰ', b'f'),
    ('ɢ', b'g'),
    ('ʜ', b'h'),
    ('ɪ', b'i'),
    ('ᴊ', b'j'),
    ('ᴋ', b'k'),
    ('ʟ', b'l'),
    ('ᴍ', b'm'),
    ('ɴ', b'n'),
    ('ᴏ', b'o'),
    ('ᴘ', b'p'),
    ('ǫ', b'q'),
    ('ʀ', b'r'),
    ('ꜱ', b's'),
    ('ᴛ', b't'),
    ('ᴜ', b'u'),
    ('ᴠ', b'v'),
    ('ᴡ', b'w'),
    ('ʏ', b'y'),
    ('ᴢ', b'z'),
];
const TURNED: [(char, u8); 16] = [
    ('ɐ', b'a'),
    ('ɔ', b'c'),
    ('ǝ', b'e'),
    ('ɟ', b'f'),
    ('ƃ', b'g'),
    ('ɥ', b'h'),
    ('ᴉ', b'i'),
    ('ɾ', b'j'),
    ('ʞ', b'k'),
    ('ʃ', b'l'),
    ('ɯ', b'm'),
    ('ɹ', b'r'),
    ('ʇ', b't'),
    ('ʌ', b'v'),
    ('ʍ', b'w'),
    ('ʎ', b'y'),
];
const PLAIN: [(char, u8); 49] = [
    ('ı', b'i'),
    ('ł', b'l'),
    ('Ł', b'L'),
    ('đ', b'd'),
    ('Đ', b'D'),
    ('ħ', b'h'),
    ('Ħ', b'H'),
    ('ŧ', b't'),
    ('Ŧ', b'T'),
    ('ø', b'o'),
    ('Ø', b'O'),
    ('ŋ', b'n'),
    ('Ŋ', b'N'),
    ('þ', b'p'),
    ('Þ', b'P'),
    ('ð', b'd'),
    ('Ð', b'D'),
    ('ǥ', b'g'),
    ('Ǥ', b'G'),
    ('ƒ', b'f'),
    ('ɓ', b'b'),
    ('Ɓ', b'B'),
    ('ɗ', b'd'),
    ('Ɗ', b'D'),
    ('ƙ', b'k'),
    ('Ƙ', b'K'),
    ('ƴ', b'y'),
    ('ɨ', b'i'),
    ('ʉ', b'u'),
    ('ɇ', b'e'),
    ('ƀ', b'b'),
    ('ɉ', b'j'),
    ('ɍ', b'r'),
    ('ɏ', b'y'),
    ('ⱥ', b'a'),
    ('ƶ', b'z'),
    ('ƈ', b'c'),
    ('ɖ', b'd'),
    ('ɡ', b'g'),
    ('ƥ', b'p'),
    ('ƭ', b't'),
    ('ʋ', b'v'),
    ('ⱳ', b'w'),
    ('ȥ', b'z'),
    ('ɱ', b'm'),
    ('ɲ', b'n'),
    ('ɳ', b'n'),
    ('ʂ', b's'),
    ('ɑ', b'a'),
];

/// The ASCII letter that `c` is read as, and how it is written.
pub(crate) fn read(c: char) -> Option<(u8, Form)> {
    let place = match c {
        '\u{249C}'..='\u{24B5}' => c as u32 - 0x249C,
        '\u{1F150}'..='\u{1F169}' => c as u32 - 0x1F150,
        '\u{1F170}'..='\u{1F189}' => c as u32 - 0x1F170,
        '\u{00D0}'..='\u{02FF}'
        | '\u{1D00}'..='\u{1D7F}'
        | '\u{2C60}'..='\u{2C7F}'
        | '\u{A730}'..='\u{A7FF}' => {
            return listed(c);
        }
        _ => return None,
    };
    let letter = u8::try_from(place).ok()?;
    Some((b'A' + letter, Form::Styled))
}

fn listed(c: char) -> Option<(u8, Form)> {
    [
        (&SMALL[..], Form::Styled),
        (&TURNED[..], Form::Turned),
        (&PLAIN[..], Form::Plain),
    ]
    .into_iter()
    .find_map(|(list, form)| {
        let found = list.iter().find(|(own, _)| *own == c)?;
        Some((found.1, form))
    })
}
