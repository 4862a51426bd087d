use super::*;

fn decoded(bytes: &[u8]) -> (String, Vec<String>) {
    // A byte at a time, so that every character is torn.
    let mut input = Decoded::new(io::BufReader::with_capacity(1, bytes), None);
    let mut text = String::new();
    input.read_to_string(&mut text).unwrap();
    (text, input.found().remarks())
}

#[test]
fn xml_that_says_nothing_is_read_by_what_is_in_it() {
    let (text, remarks) = decoded(b"<rss><title>M\xFCller \x96 na\xEFve</title></rss>");
    assert_eq!(
        text,
        "<rss><title>M\u{fc}ller \u{2013} na\u{ef}ve</title></rss>"
    );
    assert!(remarks[0].contains("--encoding"), "{remarks:?}");
}

#[test]
fn halves_of_a_character_are_put_together_and_a_lone_one_is_counted() {
    let (text, remarks) =
        decoded(b"{\"a\":\"smile \xED\xA0\xBD\xED\xB8\x80, zero \xC0\x80, \xED\x95\x9C\"}");
    assert_eq!(text, "{\"a\":\"smile \u{1F600}, zero , \u{D55C}\"}");
    assert!(remarks.is_empty(), "{remarks:?}");
    let (text, remarks) = decoded("caf\u{e9} na\u{ef}ve \u{fc}\u{e4}".as_bytes());
    assert_eq!(
        (text.as_str(), remarks.len()),
        ("caf\u{e9} na\u{ef}ve \u{fc}\u{e4}", 0)
    );
    let (text, remarks) = decoded(b"caf\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9 \xED\xA0\xBD.");
    assert!(
        text.starts_with("caf\u{e9}") && text.ends_with("\u{FFFD}."),
        "{text}"
    );
    assert!(
        remarks[0].starts_with("3 bytes were no text"),
        "{remarks:?}"
    );
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units
        .flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

#[test]
fn what_a_file_says_of_itself_counts() {
    let text = "<?xml version=\"1.0\"?><a>Müller «ж» 日本</a>";
    for bytes in [
        text.as_bytes().to_vec(),
        ["\u{FEFF}".as_bytes(), text.as_bytes()].concat(),
        utf16(text, true),
        utf16(text, false),
        [&[0xFE, 0xFF][..], &utf16(text, true)].concat(),
        [&[0xFF, 0xFE][..], &utf16(text, false)].concat(),
    ] {
        assert_eq!(decoded(&bytes), (text.to_owned(), Vec::new()));
    }
    for (label, bytes, read) in [
        ("ISO-8859-1", &b"\xFC"[..], "ü"),
        ("windows-1252", b"\x93x\x94", "\u{201C}x\u{201D}"),
        ("windows-1251", b"\xE6", "ж"),
        ("KOI8-R", b"\xD6", "ж"),
        ("Shift_JIS", b"\x93\xFA", "日"),
        ("utf-16", "ü".as_bytes(), "ü"),
        ("latin-1", b"\xFC", "ü"),
        ("win-1251", b"\xE6", "ж"),
        ("CP_1252", b"\x93", "\u{201C}"),
        ("iso8859_15", b"\xA4", "€"),
    ] {
        let head = format!("<?xml version='1.0' encoding='{label}'?>");
        let (text, remarks) = decoded(&[head.as_bytes(), bytes].concat());
        assert_eq!(text, format!("{head}{read}"), "{label}");
        assert!(remarks.is_empty(), "{label}");
    }
}

#[test]
fn what_says_another_encoding_and_is_utf8_is_read_as_that() {
    for label in [
        "ISO-8859-1",
        "windows-1251",
        "GB2312",
        "Shift_JIS",
        "euc-kr",
    ] {
        let head = format!("<?xml version='1.0' encoding='{label}'?>");
        for letters in ["Müller", "«ж»", "日本語", "né\u{1F600}"] {
            for before in [0, 100, 5_000] {
                let text = format!("{head}{}{letters}", "a".repeat(before));
                assert_eq!(decoded(text.as_bytes()), (text, Vec::new()), "{label}");
            }
        }
    }
    // Much of it is right in both, and one letter is not.
    let head = "<?xml version='1.0' encoding='latin1'?>";
    let bytes = [head.as_bytes(), &b"caf\xE9 ".repeat(400)].concat();
    assert_eq!(decoded(&bytes).0, format!("{head}{}", "café ".repeat(400)));
    assert_eq!(
        decoded(&[head.as_bytes(), b"caf\xE9"].concat()).0,
        format!("{head}café")
    );
}

#[test]
fn an_encoding_that_is_not_known_is_named() {
    let head = "<?xml version='1.0' encoding='cp850'?>";
    let (text, remarks) = decoded(format!("{head}ü").as_bytes());
    assert_eq!(text, format!("{head}ü"));
    assert!(remarks[0].contains("iconv -f cp850"), "{remarks:?}");
}

#[test]
fn a_wrong_byte_is_replaced_and_counted_and_another_encoding_reported() {
    let (text, remarks) = decoded(b"<a>M\xC3\xBCller \xFF \xC3</a>");
    assert_eq!(text, "<a>Müller \u{FFFD} \u{FFFD}</a>");
    assert!(remarks[0].starts_with("2 bytes"), "{remarks:?}");
    let (text, _) = decoded(b"<a>\xFC</a>");
    assert_eq!(
        text, "<a>\u{FFFD}</a>",
        "XML is UTF-8 unless it says otherwise"
    );
    let (text, remarks) = decoded(b"name;text\nJ\xFCrgen;Sch\xF6n \x80\n");
    assert_eq!(text, "name;text\nJürgen;Schön €\n");
    assert!(remarks[0].contains("iconv -f WINDOWS-1252"), "{remarks:?}");
    let mut bytes = "ü".repeat(10).into_bytes();
    bytes.extend([0xFF, 0xFC]);
    let (text, remarks) = decoded(&bytes);
    assert!(
        text.ends_with('\u{FFFD}') && remarks.len() == 1,
        "{remarks:?}"
    );
    assert_eq!(
        decoded("cut \u{FC}".as_bytes().split_last().unwrap().1).0,
        "cut \u{FFFD}"
    );
}

#[test]
fn the_letters_of_a_file_that_says_nothing_tell_what_it_is() {
    for (name, text) in [
        (
            "windows-1251",
            "Спасибо за статью, очень полезно и интересно. Жду продолжения!",
        ),
        (
            "koi8-u",
            "Спасибо за статью, очень полезно и интересно. Жду продолжения!",
        ),
        (
            "shift_jis",
            "とても参考になりました。ありがとうございます。",
        ),
        ("euc-jp", "とても参考になりました。ありがとうございます。"),
        ("gbk", "这篇文章写得非常好，谢谢分享，期待更多内容。"),
        ("big5", "這篇文章寫得非常好，謝謝分享，期待更多內容。"),
        (
            "euc-kr",
            "정말 좋은 글입니다. 감사합니다. 다음 글도 기대할게요.",
        ),
        (
            "windows-1250",
            "Świetny artykuł, dziękuję bardzo! Proszę o więcej takich wpisów, są naprawdę ciekawe",
        ),
        (
            "windows-1253",
            "Πολύ καλό άρθρο, ευχαριστώ πολύ. Περιμένω το επόμενο.",
        ),
        ("windows-1255", "מאמר טוב מאוד, תודה רבה. מחכה להמשך."),
        (
            "windows-1256",
            "مقال رائع جدا، شكرا لك. ننتظر المزيد من المقالات.",
        ),
        (
            "windows-1254",
            "Çok güzel bir yazı olmuş, teşekkürler. Devamını bekliyoruz, ışık saçıyor.",
        ),
        (
            "windows-1252",
            "Muy buen artículo, ¡gracias! Espero más páginas así. ¿Cuándo sale?",
        ),
        (
            "windows-1252",
            "Très bon article, merci à vous ! J’espère la suite bientôt, c’est génial.",
        ),
        (
            "windows-1252",
            "Schöner Artikel, danke für die Mühe. Grüße aus Köln und Österreich",
        ),
        (
            "windows-1252",
            "Ótimo artigo, muito obrigado! Não vejo a hora da próxima edição, parabéns",
        ),
        (
            "windows-1252",
            "Mycket bra artikel, tack så mycket! Jag väntar på nästa del, hälsningar",
        ),
        ("windows-1252", "Ann from the café"),
    ] {
        let encoding = Encoding::for_label(name.as_bytes()).unwrap();
        let file = format!("id;page;name;text\n1;/a;N;{text}\n2;/b;N;{text}\n");
        let (bytes, ..) = encoding.encode(&file);
        let (read, remarks) = decoded(&bytes);
        assert_eq!(read, file, "{name}: {remarks:?}");
        assert!(remarks[0].contains("read as"), "{remarks:?}");
    }
}
