  // Pages that ask for trusted types (`require-trusted-types-for 'script'`) let a script start from an address only where a policy
  // made it; such a page's own policy has to name this one: `trusted-types hamlet`.
  const trusted = (() => {
    try { return window.trustedTypes?.createPolicy("hamlet", { createScriptURL: (url) => url }); } catch { return undefined; }
  })();
  const scriptUrl = (url) => trusted?.createScriptURL(url) ?? url;

  // Runs a search in a worker: ours, or on another origin's page one that imports ours. Where the
  // page's policy lets neither start, it is done here, a slice at a time.
  const prove = (token, bits) => {
    const address = `${base}/embed-worker.js`;
    return new Promise((resolve, reject) => {
      const own = new URL(base).origin === location.origin;
      const url = own ? address : URL.createObjectURL(new Blob([`importScripts("${address}")`], { type: "text/javascript" }));
      const worker = new Worker(scriptUrl(url));
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
      worker.onerror = reject;
      worker.postMessage({ token, bits });
    }).catch(() => new Promise((resolve, reject) => {
      document.head.append(make("script", {
        src: scriptUrl(address),
        onerror: reject,
        onload: () => {
          const step = window.hamletSearch(token, bits);
          const slice = () => {
            const proof = step(2000);
            if (proof === null) setTimeout(slice);
            else resolve(proof);
          };
          slice();
        },
      }));
    }));
  };
