  // What an address is made of, and where its host goes over into another script: as in src/text/links.rs.
  const RUN = /https?:\/\/(?:(?!&(?:lt|gt|quot|apos|nbsp|#\w+);)[!#-;=?-_a-{}~\p{L}\p{M}\p{N}\u200c\u200d]|[\u2010-\u2013\u2019](?=[\p{L}\p{N}]))+/giu;
  const OVER = /^(https?:\/\/[^/?#\\]*\.[a-z]{2,})[^\0-\x7f][^./?#\\]*(?:[/?#\\].*)?$/iu;

  // The address at the start of a run: brackets that it opened belong to it, punctuation at its end does not.
  const address = (run) => {
    const open = { ")": 0, "]": 0, "}": 0 };
    const closer = { "(": ")", "[": "]", "{": "}" };
    let end = 0;
    for (let at = 0; at < run.length; at += 1) {
      const c = run[at];
      if (closer[c]) open[closer[c]] += 1;
      else if (c in open && (open[c] -= 1) < 0) break;
      else if (!"?!.,:;*'".includes(c)) end = at + 1;
    }
    return run.slice(0, end).replace(OVER, "$1");
  };

  // `URL.canParse` is missing in Safari before 17.
  const isUrl = (text) => {
    try { return Boolean(new URL(text)); } catch { return false; }
  };

  // Text with its web addresses as links.
  const linked = (text) => {
    const pieces = [];
    let done = 0;
    for (const { 0: run, index } of text.matchAll(RUN)) {
      const url = address(run);
      if (index < done || !isUrl(url)) continue;
      pieces.push(text.slice(done, index), make("a", { href: url, rel: "ugc nofollow noopener" }, url));
      done = index + url.length;
    }
    return [...pieces, text.slice(done)];
  };
