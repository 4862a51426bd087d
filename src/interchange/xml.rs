//! XML as other systems export it, a step at a time: names as they are written, with their prefix;
//! no entity but the five of XML and numbered ones is ever expanded; pieces, depth and the size of
//! what is kept together are bounded.

use std::io::BufRead;

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use super::{foreign::ReadError, input::Bounded};

/// The largest single tag, text or section, in bytes.
const LARGEST_PIECE: usize = 4 << 20;

/// The largest element that is kept as a whole, in bytes of text.
const LARGEST_ELEMENT: usize = 1 << 20;

/// The deepest nesting that is followed.
const DEEPEST: usize = 32;

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
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Bytes of text so far, kept or not.
    passed: usize,
}

impl<R: BufRead> Xml<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Bounded::new(input));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
            passed: 0,
        }
    }

    /// The next beginning or end of an element; text between is passed over.
    ///
    /// # Errors
    /// [`ReadError::Broken`] when this is not XML, or is nested too deeply.
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
        let mut size = 0;
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
                Step::Open(child) => {
                    size += child.size();
                    open.push(child);
                }
                Step::Close => {
                    let done = open.pop().unwrap_or_default();
                    match open.last_mut() {
                        Some(parent) if size < LARGEST_ELEMENT => parent.children.push(done),
                        Some(_) => {}
                        None => return Ok((size < LARGEST_ELEMENT).then_some(done)),
                    }
                }
                Step::End => return Err(self.broken("it ends in the middle of an element")),
            }
        }
    }

    /// The next step; text on the way is added to `text` as long as there is `room`.
    fn next(&mut self, text: &mut String, room: usize) -> Result<Step, ReadError> {
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
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        let problem = format!("elements are nested more than {DEEPEST} deep");
                        return Err(ReadError::broken(format!("byte {place}"), &problem));
                    }
                    return Ok(Step::Open(opened(&tag)));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
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
                Event::Eof => return Ok(Step::End),
                _ => {}
            }
        }
    }

    fn broken(&self, problem: &str) -> ReadError {
        ReadError::broken(format!("byte {}", self.reader.buffer_position()), &problem)
    }
}

fn opened(tag: &BytesStart<'_>) -> Element {
    let attributes = tag.attributes().flatten().map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.unwrap_or_else(|_| attribute.value.clone());
        (attribute.key.as_ref().to_owned(), value.into_owned())
    });
    Element {
        name: tag.name().as_ref().to_owned(),
        attributes: attributes.collect(),
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
    fn depth_and_size_are_bounded() {
        let deep = "<a>".repeat(100);
        assert!(matches!(first(&deep), Err(ReadError::Broken { .. })));
        let large = format!("<a><b>{}</b></a>", "x".repeat(2 << 20));
        assert!(first(&large).unwrap().is_none());
        let attribute = format!("<b x='{}'/>", "x".repeat(100_000));
        assert!(
            first(&format!("<a>{}</a>", attribute.repeat(11)))
                .unwrap()
                .is_none()
        );
        let huge = format!("<a>{}</a>", "x".repeat(5 << 20));
        assert!(matches!(first(&huge), Err(ReadError::Broken { .. })));
        assert!(first("<a><b></a>").is_err());
    }
}
