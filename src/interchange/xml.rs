//! XML as other systems export it, a step at a time: names as they are written, with their prefix;
//! no entity but the five of XML and numbered ones is ever expanded; pieces, depth and the size of
//! what is kept together are bounded. An end that nothing began is passed over, and one of an element
//! further out ends those within it: so that what one bad piece spoils ends with what it stands in.

use std::io::BufRead;

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use super::{foreign::ReadError, input::Bounded, squeezed::Squeezed};

/// The largest single tag, text or section, in bytes.
const LARGEST_PIECE: usize = 4 << 20;

/// The largest element that is kept as a whole, in bytes of text.
const LARGEST_ELEMENT: usize = 1 << 20;

/// Characters of an element's name that are compared.
const NAME: usize = 100;

/// The deepest nesting of what is kept.
const DEEPEST: usize = 32;

/// The deepest nesting that is followed.
const BOTTOM: usize = 10_000;

/// An element with what is in it.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name, with its prefix.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// Its own text.
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// About what it takes in memory, without its text and its children, in bytes.
    fn size(&self) -> usize {
        let pairs = self.attributes.iter();
        let attributes = pairs.map(|(name, value)| 64 + name.len() + value.len());
        64 + self.name.len() + attributes.sum::<usize>()
    }

    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.trim())
    }

    /// Its own text, trimmed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The children of a name.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Its children's names with their texts.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let children = self.children.iter();
        children.map(|child| (child.name.as_str(), child.text()))
    }

    /// The first child of a name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of a name, trimmed; `None` when there is none or it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(Self::text)
            .filter(|text| !text.is_empty())
    }
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// An element begins; it is empty so far.
    Open(Element),
    /// An element ends.
    Close,
    /// The file ends.
    End,
}

/// A file of XML.
pub struct Xml<R> {
    reader: Reader<Bounded<Squeezed<R>>>,
    buffer: Vec<u8>,
    /// The names of what is open.
    open: Vec<String>,
    /// Prefixes that the file has of its own, and those that names of the same are known by.
    prefixes: Vec<(String, &'static str)>,
    /// Elements that the last end closed, and that were not reported yet.
    closing: usize,
    /// Bytes of text so far, kept or not.
    passed: usize,
}

impl<R: BufRead> Xml<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Bounded::new(Squeezed::new(input)));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self {
            reader,
            buffer: Vec::new(),
            open: Vec::new(),
            prefixes: Vec::new(),
            closing: 0,
            passed: 0,
        }
    }

    /// The next beginning or end of an element; text between is passed over.
    ///
    /// # Errors
    /// [`ReadError::Broken`] when this is not XML, is nested too deeply or ends early.
    pub fn step(&mut self) -> Result<Step, ReadError> {
        let mut passed = String::new();
        self.next(&mut passed, 0)
    }

    /// Reads the rest of an element that has begun. `None` when it is too large to keep; then it is
    /// passed over.
    ///
    /// # Errors
    /// As [`Xml::step`].
    pub fn rest_of(&mut self, element: Element) -> Result<Option<Element>, ReadError> {
        let mut open = vec![element];
        let (mut size, mut too_deep) = (0, 0);
        let mut text = String::new();
        loop {
            text.clear();
            let before = self.passed;
            let room = LARGEST_ELEMENT.saturating_sub(size);
            let step = self.next(&mut text, room)?;
            size += self.passed - before;
            if let Some(current) = open.last_mut() {
                current.text.push_str(&text);
            }
            match step {
                Step::Open(_) if open.len() >= DEEPEST => {
                    size = LARGEST_ELEMENT;
                    too_deep += 1;
                }
                Step::Open(child) => {
                    size += child.size();
                    open.push(child);
                }
                Step::Close if too_deep > 0 => too_deep -= 1,
                Step::Close => {
                    let done = open.pop().unwrap_or_default();
                    match open.last_mut() {
                        Some(parent) if size < LARGEST_ELEMENT => parent.children.push(done),
                        Some(_) => {}
                        None => return Ok((size < LARGEST_ELEMENT).then_some(done)),
                    }
                }
                Step::End => return Ok(None),
            }
        }
    }

    /// The next step; text on the way is added to `text` as long as there is `room`.
    fn next(&mut self, text: &mut String, room: usize) -> Result<Step, ReadError> {
        if self.closing > 0 {
            self.closing -= 1;
            return Ok(Step::Close);
        }
        loop {
            self.buffer.clear();
            self.reader.get_mut().allow(LARGEST_PIECE);
            let place = self.reader.buffer_position();
            let broken = |error: &dyn std::fmt::Display| {
                ReadError::broken(format!("byte {place}"), &format!("not XML: {error}"))
            };
            let event = self.reader.read_event_into(&mut self.buffer);
            let passed = &mut self.passed;
            let mut add = |piece: &str| {
                *passed += piece.len();
                if text.len() + piece.len() <= room {
                    text.push_str(piece);
                }
            };
            match event.map_err(|error| broken(&error))? {
                Event::Start(tag) => {
                    if self.open.len() >= BOTTOM {
                        let problem = format!("elements are nested more than {BOTTOM} deep");
                        return Err(ReadError::broken(format!("byte {place}"), &problem));
                    }
                    let element = opened(&tag, &mut self.prefixes);
                    self.open.push(element.name.chars().take(NAME).collect());
                    return Ok(Step::Open(element));
                }
                Event::End(tag) => {
                    let name = known_as(tag.name().as_ref(), &self.prefixes);
                    let name: String = name.chars().take(NAME).collect();
                    let Some(at) = self.open.iter().rposition(|open| *open == name) else {
                        continue;
                    };
                    self.closing = self.open.len() - at - 1;
                    self.open.truncate(at);
                    return Ok(Step::Close);
                }
                Event::Text(piece) => add(&piece.xml_content(XmlVersion::Implicit1_0)),
                Event::CData(piece) => add(&piece.xml_content(XmlVersion::Implicit1_0)),
                Event::GeneralRef(name) => match name.resolve_char_ref() {
                    Ok(Some(character)) => add(character.encode_utf8(&mut [0; 4])),
                    _ => match resolve_xml_entity(name.as_ref()) {
                        Some(known) => add(known),
                        // Whatever a document type would make of it is not made of it.
                        None => add(&format!("&{};", name.as_ref())),
                    },
                },
                Event::Eof => {
                    return match self.open.first() {
                        None => Ok(Step::End),
                        Some(outermost) => {
                            let problem = format!("it ends early: <{outermost}> is not closed");
                            Err(ReadError::broken("the file", &problem))
                        }
                    };
                }
                _ => {}
            }
        }
    }
}

/// Namespaces, and the prefix that their own systems write.
const NAMESPACES: [(&str, &str); 3] = [
    ("http://wordpress.org/export/", "wp"),
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://disqus.com/disqus-internals", "dsq"),
];

/// A name with the prefix that its namespace is known by.
fn known_as(name: &str, prefixes: &[(String, &'static str)]) -> String {
    let known = name.split_once(':').and_then(|(prefix, local)| {
        let (_, known) = prefixes.iter().find(|(own, _)| own == prefix)?;
        Some(format!("{known}:{local}"))
    });
    known.unwrap_or_else(|| name.to_owned())
}

fn opened(tag: &BytesStart<'_>, prefixes: &mut Vec<(String, &'static str)>) -> Element {
    let attributes = tag.attributes().flatten().map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.unwrap_or_else(|_| attribute.value.clone());
        (attribute.key.as_ref().to_owned(), value.into_owned())
    });
    let mut attributes: Vec<(String, String)> = attributes.collect();
    for (name, value) in &attributes {
        let prefix = name.strip_prefix("xmlns:");
        let known = NAMESPACES
            .iter()
            .find(|(space, _)| value.starts_with(space));
        if let (Some(prefix), Some((_, known))) = (prefix, known)
            && prefix != *known
            && prefixes.len() < NAMESPACES.len()
        {
            prefixes.push((prefix.to_owned(), known));
        }
    }
    if !prefixes.is_empty() {
        for (name, _) in &mut attributes {
            *name = known_as(name, prefixes);
        }
    }
    Element {
        name: known_as(tag.name().as_ref(), prefixes),
        attributes,
        ..Element::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(xml: &str) -> Result<Option<Element>, ReadError> {
        let mut xml = Xml::new(xml.as_bytes());
        match xml.step()? {
            Step::Open(element) => xml.rest_of(element),
            _ => Ok(None),
        }
    }

    #[test]
    fn entities_of_a_document_type_are_never_expanded() {
        let bomb = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>\
                    <l x=\"&amp;1\">&b; &lt;&#x41;&amp;</l>";
        let element = first(bomb).unwrap().unwrap();
        assert_eq!(element.text(), "&b; <A&");
        assert_eq!(element.attribute("x"), Some("&1"));
    }

    #[test]
    fn one_bad_piece_spoils_what_it_stands_in_alone() {
        let texts = |xml: &str| {
            let element = first(xml).unwrap().unwrap();
            let texts = element.children("b").map(|b| b.text().to_owned());
            texts.collect::<Vec<_>>()
        };
        for odd in [
            "<b>x<i></b>",
            "<b>x</i></b>",
            "<b>x</b></c>",
            "<b>x<br></b>",
        ] {
            assert_eq!(texts(&format!("<a>{odd}<b>y</b></a>")), ["x", "y"], "{odd}");
        }
        assert_eq!(texts("<a><b>Q & A &copy; &</b></a>"), ["Q & A &copy; &"]);
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = "<a>".repeat(20_000);
        assert!(matches!(first(&deep), Err(ReadError::Broken { .. })));
        let deep = format!("<r>{}{}</r>", "<a>".repeat(100), "</a>".repeat(100));
        assert!(first(&deep).unwrap().is_none());
        let large = format!("<a><b>{}</b></a>", "x".repeat(2 << 20));
        assert!(first(&large).unwrap().is_none());
        let attribute = format!("<b x='{}'/>", "x".repeat(100_000));
        assert!(
            first(&format!("<a>{}</a>", attribute.repeat(11)))
                .unwrap()
                .is_none()
        );
        let huge = format!("<a>{}</a>", "x".repeat(5 << 20));
        assert!(first(&huge).unwrap().is_none());
        let early = first("<a><b></b>").unwrap_err().to_string();
        assert_eq!(early, "the file: it ends early: <a> is not closed");
    }
}
