// What cannot be reached on a small screen although the page does not scroll sideways: it is beyond an edge of what holds it.

export const assertNothingIsCutOff = async (page) => {
  const cut = await page.evaluate(() => {
    const hidden = (element) => element.closest(".away, .skip, .hidden-field, dialog:not([open])") || !element.checkVisibility();
    // Between which lines an element can be seen; none where what is too long for its place ends with dots.
    const seen = (element) => {
      let [left, right] = [0, document.documentElement.clientWidth];
      for (let up = element.parentElement; up !== document.body; up = up.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(up);
        if (textOverflow === "ellipsis") return null;
        if (overflowX === "visible") continue;
        const around = up.getBoundingClientRect();
        [left, right] = [Math.max(left, around.left), Math.min(right, around.right)];
      }
      return [left - 1, right + 1];
    };
    const pressed = [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, summary, nav a, main p a")];
    return pressed.filter((element) => !hidden(element)).flatMap((element) => {
      const [lines, box] = [seen(element), element.getBoundingClientRect()];
      const is = lines && (box.left < lines[0] || box.right > lines[1]);
      return is ? [`${element.tagName} ${(element.textContent || element.name).trim()}: ${box.left} to ${box.right} of ${lines}`] : [];
    });
  });
  if (cut.length) throw new Error(`${page.url()}: ${cut.join("\n")}`);
};
