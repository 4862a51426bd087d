  // The language to speak: the first that is well written among those that the page and the browser name. Themes write
  // `de_DE`, `en-US.UTF-8` and `zh-CN,en,default`; a tag that `Intl` does not take would stop every date.
  const languageOf = (element) => {
    const named = [];
    for (let at = element; at; at = at.getRootNode().host) named.push(at.closest("[lang]:not([lang=''])")?.lang);
    for (const name of [...named, document.documentElement.lang, navigator.language]) {
      const tag = (name ?? "").trim().split(/[\s,;.]/)[0].replace(/_/g, "-").replace(/-+$/, "");
      try {
        const [language] = Intl.getCanonicalLocales(tag || []);
        if (language) return LANGUAGES[language.split("-")[0]] ? language : "en";
      } catch { /* the next may be better */ }
    }
    return "en";
  };

  // An application that draws its pages itself may name them behind `#/` or `#!`, and its canonical link only itself.
  const route = () => /^#(?:\/|!)[^#]+/.exec(location.hash)?.[0] ?? "";
  const canonical = () => {
    const address = document.querySelector("link[rel~=canonical]")?.href;
    return address && (address.includes("#") ? address : address + route());
  };
  const here = () => location.href.split("#")[0] + route();

  // Calls `changed` when an application that draws its pages itself goes to another; returns what ends that. Browsers
  // without the Navigation API do not report `history.pushState`: there the address is looked at.
  const follow = (changed) => {
    let last = here();
    const look = () => {
      if (here() === last) return;
      last = here();
      changed();
    };
    const { navigation } = window;
    const timer = navigation ? 0 : setInterval(look, 500);
    const [place, name] = navigation ? [navigation, "navigatesuccess"] : [window, "popstate"];
    place.addEventListener(name, look);
    return () => { clearInterval(timer); place.removeEventListener(name, look); };
  };
