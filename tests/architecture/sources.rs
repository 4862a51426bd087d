//! The sources as modules: what each names by a path, what it passes on (`pub use`), and which public types it has.
//! Tests among the sources do not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, File, Item, ItemMod, Macro, UseTree, Visibility,
    visit::{self, Visit},
};

/// A path from the root of the sources: `["storage", "engine", "Row"]`.
pub type Place = Vec<String>;

/// A file.
#[derive(Default)]
pub struct Module {
    /// The names that `use` brings in, and where from.
    imports: BTreeMap<String, Place>,
    /// The names that it passes on to others with `pub use`, and where from.
    passed_on: BTreeMap<String, Place>,
    /// The modules of which it passes on everything.
    globs: Vec<Place>,
    /// Every path that its code names, from the root or relative to the file.
    named: BTreeSet<Place>,
    /// Its public types.
    pub types: BTreeSet<String>,
    /// Modules of it that are files of their own and hold tests only.
    of_tests: Vec<String>,
}

/// All files, by the path of their module.
#[derive(Default)]
pub struct Sources(pub BTreeMap<Place, Module>);

impl Sources {
    /// The files under a folder. A room that is a crate of its own (a folder with a `Cargo.toml`) is read like one
    /// that is not: there, `crate` is the room.
    pub fn read(folder: &Path) -> Self {
        let mut sources = Self::default();
        for file in files(folder) {
            let relative = file.strip_prefix(folder).expect("below the folder");
            let place = relative.with_extension("");
            let mut place: Place = place
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            place.pop_if(|last| last == "mod");
            let room = relative.iter().next().expect("a name");
            let is_crate = folder.join(room).join("Cargo.toml").exists();
            let text = fs::read_to_string(&file).expect("a source");
            sources.add(place, usize::from(is_crate), &text);
        }
        let of_tests = sources.0.iter().flat_map(|(place, module)| {
            let names = module.of_tests.iter().cloned();
            names.map(|name| [place.clone(), vec![name]].concat())
        });
        for place in of_tests.collect::<Vec<_>>() {
            sources.0.remove(&place);
        }
        sources
    }

    /// Adds a file whose `crate` is the first `root` names of its place.
    pub fn add(&mut self, place: Place, root: usize, text: &str) {
        let parsed: File = syn::parse_file(text)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", place.join("::")));
        let mut reader = Reader {
            root: place[..root].to_vec(),
            at: place.clone(),
            depth: 0,
            module: Module::default(),
        };
        reader.visit_file(&parsed);
        self.0.insert(place, reader.module);
    }

    /// The files that a file's code uses, each with what it takes from there. A `pub use` by itself is no use: whoever
    /// takes a name that a file passes on uses the file that has it.
    pub fn used_by(&self, place: &[String]) -> BTreeMap<Place, BTreeSet<String>> {
        let module = &self.0[place];
        let mut used: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
        for named in &module.named {
            let Some(target) = self
                .absolute(place, named)
                .and_then(|full| self.owner(&full, 0))
            else {
                continue;
            };
            if target != place {
                used.entry(target).or_default().insert(named.join("::"));
            }
        }
        used
    }

    /// A path as seen from a file, from the root. `None` for what is not of these sources.
    fn absolute(&self, place: &[String], named: &[String]) -> Option<Place> {
        let (first, rest) = named.split_first()?;
        if first.is_empty() {
            return Some(rest.to_vec());
        }
        let module = &self.0[place];
        let passed_on = module
            .passed_on
            .get(first)
            .map(|from| self.settled(place, from));
        // A single name is a variable or was brought in by a `use`, which counts by itself.
        let start = match passed_on {
            None if rest.is_empty() => None,
            None => module
                .imports
                .get(first)
                .cloned()
                .or_else(|| self.child(place, first)),
            passed_on => passed_on,
        };
        Some([start?, rest.to_vec()].concat())
    }

    fn child(&self, place: &[String], name: &str) -> Option<Place> {
        let child = [place, &[name.to_owned()]].concat();
        self.0.contains_key(&child).then_some(child)
    }

    /// The file that has what a path from the root names.
    fn owner(&self, full: &[String], steps: usize) -> Option<Place> {
        let length = (1..=full.len())
            .rev()
            .find(|length| self.0.contains_key(&full[..*length]))?;
        let (file, rest) = full.split_at(length);
        let module = &self.0[file];
        let Some(name) = rest.first().filter(|_| steps < 8) else {
            return Some(file.to_vec());
        };
        if let Some(from) = module.passed_on.get(name) {
            let from = self.settled(file, from);
            return self.owner(&from, steps + 1);
        }
        let has = |place: &Place| {
            self.0
                .get(place)
                .is_some_and(|other| other.types.contains(name))
        };
        let globs = module.globs.iter().map(|glob| self.settled(file, glob));
        Some(globs.into_iter().find(has).unwrap_or(file.to_vec()))
    }

    /// What `use` named, from the root: a path that starts with a child of the file is relative to it.
    fn settled(&self, file: &[String], from: &[String]) -> Place {
        match from.split_first() {
            Some((first, rest)) if first.is_empty() => rest.to_vec(),
            Some((first, rest)) => self
                .child(file, first)
                .map_or_else(|| from.to_vec(), |child| [child, rest.to_vec()].concat()),
            None => Vec::new(),
        }
    }
}

/// Every `.rs` file under a folder but the crate's own roots.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.retain(|path| {
        !["lib.rs", "main.rs"]
            .iter()
            .any(|root| *path == folder.join(root))
    });
    found.sort();
    found
}

/// Whether an item is there for tests only.
fn is_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}

struct Reader {
    /// What `crate` is.
    root: Place,
    /// The module that is being read, with those inside of the file.
    at: Place,
    /// How many modules inside of the file that is.
    depth: usize,
    module: Module,
}

impl Reader {
    /// A path as it is written, with an empty name before it where it was taken to the root.
    fn rooted(&self, written: &[String]) -> Option<Place> {
        let from =
            |start: &[String], rest: &[String]| Some([&[String::new()], start, rest].concat());
        let (first, rest) = written.split_first()?;
        match first.as_str() {
            "crate" => from(&self.root, rest),
            "self" => from(&self.at, rest),
            "super" => {
                let mut start = self.at.clone();
                let ups = written.iter().take_while(|name| *name == "super").count();
                start.truncate(start.len().saturating_sub(ups));
                from(&start, &written[ups..])
            }
            // Another crate of this workspace: `hamlet_text` is the room `text`.
            name => match name.strip_prefix("hamlet_") {
                Some(room) => from(&[room.to_owned()], rest),
                None => Some(written.to_vec()),
            },
        }
    }

    fn name(&mut self, written: &[String]) {
        self.module.named.extend(self.rooted(written));
    }

    fn read_use(&mut self, tree: &UseTree, before: &mut Place, is_public: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.read_use(&path.tree, before, is_public);
                before.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.read_use(tree, before, is_public);
                }
            }
            UseTree::Glob(_) => {
                let Some(from) = self.rooted(before) else {
                    return;
                };
                if is_public {
                    self.module.globs.push(from);
                } else if self.depth == 0 {
                    self.module.named.insert(from);
                }
            }
            UseTree::Name(name) => self.bring_in(before, &name.ident.to_string(), None, is_public),
            UseTree::Rename(rename) => {
                let shown = rename.rename.to_string();
                self.bring_in(before, &rename.ident.to_string(), Some(shown), is_public);
            }
        }
    }

    fn bring_in(&mut self, before: &[String], name: &str, shown: Option<String>, is_public: bool) {
        let mut written = before.to_vec();
        if name != "self" {
            written.push(name.to_owned());
        }
        let shown = shown
            .or_else(|| written.last().cloned())
            .unwrap_or_default();
        let Some(from) = self.rooted(&written) else {
            return;
        };
        if is_public {
            self.module.passed_on.insert(shown, from);
            return;
        }
        if from.first().is_some_and(String::is_empty) {
            self.module.imports.insert(shown, from[1..].to_vec());
        }
        self.module.named.insert(from);
    }

    /// The paths from the root in a macro's words and in an attribute's strings.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path: Place = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end_of_path(&mut path);
                    }
                    path.push(name.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => self.read_tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let text = text.trim_matches('"');
                    if text.starts_with("crate::") {
                        let names: Place = text.split("::").map(str::to_owned).collect();
                        self.name(&names);
                    }
                }
                TokenTree::Punct(_) => {}
            }
            self.end_of_path(&mut path);
            colons = 0;
        }
        self.end_of_path(&mut path);
    }

    fn end_of_path(&mut self, path: &mut Place) {
        if path.len() > 1 {
            self.name(path);
        }
        path.clear();
    }
}

impl Visit<'_> for Reader {
    fn visit_item(&mut self, item: &Item) {
        let (attributes, visibility, name) = match item {
            Item::Struct(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.vis), Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, None, None),
            Item::Mod(item) => (&item.attrs, None, None),
            Item::Use(item) => (&item.attrs, None, None),
            Item::Impl(item) => (&item.attrs, None, None),
            _ => return visit::visit_item(self, item),
        };
        if is_of_tests(attributes) {
            if let Item::Mod(module) = item {
                self.module.of_tests.push(module.ident.to_string());
            }
            return;
        }
        if let (Some(Visibility::Public(_)), Some(name), 0) = (visibility, name, self.depth) {
            self.module.types.insert(name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &ItemMod) {
        if item.content.is_some() {
            self.at.push(item.ident.to_string());
            self.depth += 1;
            visit::visit_item_mod(self, item);
            self.depth -= 1;
            self.at.pop();
        }
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        let is_public = !matches!(item.vis, Visibility::Inherited) && self.depth == 0;
        self.read_use(&item.tree, &mut Vec::new(), is_public);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let written: Place = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        self.name(&written);
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        if let Ok(list) = attribute.meta.require_list() {
            self.read_tokens(list.tokens.clone());
        }
    }

    fn visit_macro(&mut self, called: &Macro) {
        self.visit_path(&called.path);
        self.read_tokens(called.tokens.clone());
    }
}
