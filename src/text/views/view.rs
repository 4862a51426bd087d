//! The views and their places in the feature space.

/// A way of looking at a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Words, pairs of words, parts of links, numbers.
    Words,
    /// Pieces of words, two to five letters long.
    Characters,
    /// What it is about, ways to reach somebody, kinds of links, how the author signs.
    Meaning,
    /// Length, capitals, links, symbols, tricks.
    Shape,
    /// How the author speaks of others.
    Tone,
    /// Name, website and email domain of the author.
    Identity,
}

/// Every view, in the order of their places in the feature space.
pub const VIEWS: [View; 6] = [
    View::Words,
    View::Characters,
    View::Meaning,
    View::Shape,
    View::Tone,
    View::Identity,
];

impl View {
    /// How many features the view has.
    #[inline]
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Words | Self::Characters => 1 << 18,
            Self::Meaning => 1 << 13,
            Self::Shape | Self::Tone => 1 << 12,
            Self::Identity => 7 << 12,
        }
    }

    /// How many of them are for words, and for the pairs and pieces of the vocabulary; the others are shared by all other pairs
    /// and pieces.
    #[inline]
    #[must_use]
    pub const fn known(self) -> usize {
        match self {
            Self::Words | Self::Characters => self.size() / 8 * 7,
            _ => self.size(),
        }
    }

    /// The view's first place in the feature space.
    #[inline]
    #[must_use]
    pub const fn start(self) -> usize {
        match self {
            Self::Words => 0,
            Self::Characters => Self::Words.size(),
            Self::Meaning => Self::Characters.start() + Self::Characters.size(),
            Self::Shape => Self::Meaning.start() + Self::Meaning.size(),
            Self::Tone => Self::Shape.start() + Self::Shape.size(),
            Self::Identity => Self::Tone.start() + Self::Tone.size(),
        }
    }

    /// The view's places in the feature space.
    #[inline]
    #[must_use]
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start()..self.start() + self.size()
    }

    /// The view's place in [`VIEWS`].
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Size of the whole feature space.
pub const FEATURES: usize = View::Identity.start() + View::Identity.size();

/// Is a place one of those that pairs and pieces of words share which are not in the vocabulary?
#[inline]
#[must_use]
pub fn is_rare(id: u32) -> bool {
    let id = id as usize;
    let rare = |view: View| (view.start() + view.known()..view.range().end).contains(&id);
    rare(View::Words) || rare(View::Characters)
}
