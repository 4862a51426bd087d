//! Characters as the tokeniser sees them: folded to one form, each still knowing where in the
//! submitted text it stood and how it was written there. Also the counts of the tricks met on the
//! way. How glyphs are made is in [`super::normalize`].

/// One folded character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Lower case, compatibility-decomposed, without accents.
    pub folded: char,
    /// The same before lowering its case, for telling lookalikes apart.
    pub cased: char,
    /// Byte offset in the submitted text of the character it came from.
    pub at: u32,
    /// How it was written: a union of the constants below.
    pub marks: u8,
}

/// Written as a capital.
pub const CAPITAL: u8 = 1;
/// Written with a styled letter, a lookalike, stacked marks or an invisible character.
pub const DISGUISED: u8 = 2;
/// Comes from an attribute of a tag (a link's target), not from what a reader sees.
pub const ATTRIBUTE: u8 = 4;

/// Stands after a right-to-left override.
pub const TURNED: u8 = 8;

/// Written as a letter that is upside down.
pub const UPSIDE_DOWN: u8 = 16;

/// Counts of what was met while folding a text: the raw material of the shape view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Capital letters.
    pub capitals: u32,
    /// Letters of any case and script.
    pub letters: u32,
    /// Decimal digits.
    pub digits: u32,
    /// White space, line breaks included.
    pub spaces: u32,
    /// Line breaks.
    pub breaks: u32,
    /// Everything that is neither letter, digit nor white space.
    pub symbols: u32,
    /// Letters outside ASCII after folding.
    pub foreign: u32,
    /// Invisible characters: zero-width spaces and joiners, direction overrides, soft hyphens.
    pub invisible: u32,
    /// Combining marks stacked on a letter, one character each.
    pub stacked: u32,
    /// Styled letters and digits: mathematical, circled, squared, full-width, small capitals.
    pub styled: u32,
    /// Letters of one script posing as another's.
    pub lookalikes: u32,
    /// HTML entities.
    pub entities: u32,
    /// HTML tags other than anchors.
    pub tags: u32,
    /// HTML anchors.
    pub anchors: u32,
}

/// A folded text. Reused between documents so that folding allocates only while it grows.
#[derive(Debug, Default)]
pub struct Glyphs {
    /// The characters in reading order.
    pub glyphs: Vec<Glyph>,
    /// What was met on the way.
    pub traits: Traits,
    /// Length of the submitted text in bytes.
    pub length: u32,
}

impl Glyphs {
    /// Forgets the text and keeps the memory.
    pub fn clear(&mut self) {
        self.glyphs.clear();
        self.traits = Traits::default();
        self.length = 0;
    }

    /// The byte range in the submitted text that the glyphs `start..end` came from.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> (u32, u32) {
        let from = self.glyphs.get(start).map_or(self.length, |g| g.at);
        let last = self
            .glyphs
            .get(end.saturating_sub(1))
            .map_or(from, |g| g.at);
        let to = self.glyphs[end.min(self.glyphs.len())..]
            .iter()
            .map(|g| g.at)
            .find(|&at| at > last)
            .unwrap_or(self.length);
        (from, to.max(from))
    }
}
