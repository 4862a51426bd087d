// The plain form where a site asks for a proof of work: it is begun when the form is opened, and the
// form goes out once it is found.
"use strict";
(() => {
  const form = document.querySelector("form[data-bits]");
  const token = form.elements.form_token.value;
  const found = new Promise((resolve, reject) => {
    const worker = new Worker(form.dataset.worker);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage({ token, bits: Number(form.dataset.bits) });
  });
  form.addEventListener("submit", async (event) => {
    if (form.elements.proof.value) return;
    event.preventDefault();
    form.elements.proof.value = await found.catch(() => "");
    form.submit();
  });
})();
