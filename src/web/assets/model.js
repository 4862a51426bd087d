// The model's page with script: sliders through the thresholds, and a training's progress.
"use strict";
(() => {
  const slider = (box, says) => {
    if (!box) return;
    const judged = box.dataset.scores.trim().split(" ").map((one) => [Number(one.slice(0, -1)), one.at(-1)]);
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
      told.textContent = says(count, at);
    };
    range.addEventListener("input", show);
    range.parentElement.hidden = told.hidden = false;
    show();
  };
  slider(document.querySelector("#what-if"), (count, at) =>
    `${count("", at)} put aside: ${count("s", at)} of ${count("s", 0)} spam caught, ${count("h", at)} of ${count("h", 0)} genuine blocked.`);
  slider(document.querySelector("#abuse"), (count, at) =>
    `${count("", at)} held: ${count("a", at)} of them approved by people, ${count("r", at)} rejected.`);

  const run = document.querySelector("[data-under-way]");
  if (!run) return;
  run.querySelector(".again").hidden = true;
  const phases = { waiting: "waits for its turn", reading: "reads the samples", fitting: "fits the model", measuring: "measures it against the live one", done: "done" };
  const look = async () => {
    const response = await fetch(`${document.documentElement.dataset.root}api/v1/models/${run.dataset.run}`).catch(() => null);
    if (!response?.ok) return;
    const { status, progress } = await response.json();
    if (status !== "queued" && status !== "training") { location.reload(); return; }
    run.querySelector("progress").value = progress.total ? progress.done * 100 / progress.total : 0;
    run.querySelector(".phase").textContent = phases[progress.phase] ?? "";
  };
  setInterval(look, 1000);
})();
