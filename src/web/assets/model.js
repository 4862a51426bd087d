// The model's page with script: sliders through the thresholds, and a training's progress.
"use strict";
(() => {
  // The page hands over what is said, with places for the numbers.
  const slider = (box, counts) => {
    if (!box) return;
    const judged = box.dataset.scores.trim().split(" ").map((one) => [Number(one.slice(0, -1)), one.slice(-1)]);
    const range = box.querySelector("[type=range]");
    const told = box.querySelector(".told");
    const mark = box.querySelector("#mark");
    const count = (said, from) => judged.filter(([score, is]) => score >= from && (!said || is === said)).length;
    const show = () => {
      const at = Number(range.value);
      box.querySelector("output").textContent = at.toFixed(3);
      if (mark) {
        const across = Number(mark.dataset.start) + at * Number(mark.dataset.span);
        ["x1", "x2"].forEach((end) => mark.setAttribute(end, String(across)));
      }
      const numbers = counts(count, at);
      // Filled in on the site's page, and saved there.
      const use = box.querySelector(".use");
      if (use) {
        use.hidden = false;
        const link = use.firstElementChild;
        link.href = `${link.href.split("?")[0]}?spam=${(at * 100).toFixed(1)}#spam_percent`;
      }
      told.textContent = box.dataset.says.replace(/\{(\w+)\}/g, (place, name) => numbers[name] ?? place);
    };
    range.addEventListener("input", show);
    range.parentElement.hidden = told.hidden = false;
    show();
  };
  slider(document.querySelector("#what-if"), (count, at) =>
    ({ aside: count("", at), caught: count("s", at), spam: count("s", 0), blocked: count("h", at), ham: count("h", 0) }));
  slider(document.querySelector("#abuse"), (count, at) =>
    ({ held: count("", at), approved: count("a", at), rejected: count("r", at) }));

  const run = document.querySelector("[data-under-way]");
  if (!run) return;
  run.querySelector(".again").hidden = true;
  const look = async () => {
    const response = await fetch(`${document.documentElement.dataset.root}api/v1/models/${run.dataset.run}`).catch(() => null);
    if (!response?.ok) return;
    const { status, progress } = await response.json();
    if (status !== "queued" && status !== "training") { location.reload(); return; }
    run.querySelector("progress").value = progress.total ? progress.done * 100 / progress.total : 0;
    run.querySelector(".phase").textContent = run.dataset[progress.phase] ?? "";
  };
  setInterval(look, 1000);
})();
