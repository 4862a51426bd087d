// The desk in the language that the browser asks for, or that somebody chose; from right to left where it is written so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertFits } from "./browser.mjs";
import { assertNothingIsCutOff } from "./cut.mjs";
import { atDesk, browser, service, sorrows } from "./opened.mjs";

const spoken = {
  "de-AT": ["de", "Offen", "1 Kommentar freigegeben.", "2 Kommentare als Spam markiert."],
  es: ["es", "Pendientes", "1 comentario aprobado.", "2 comentarios marcados como spam."],
  fr: ["fr", "En attente", "1 commentaire approuvé.", "2 commentaires marqués indésirables."],
  "pt-BR": ["pt", "Pendentes", "1 comentário aprovado.", "2 comentários marcados como spam."],
  id: ["id", "Menunggu", "1 komentar disetujui.", "2 komentar ditandai spam."],
  "ar-EG": ["ar", "معلّقة", "وُوفق على تعليق واحد.", "عُلّم تعليقان مزعجين."],
  "zh-CN": ["zh", "待处理", "已通过 1 条评论。", "已将 2 条评论标记为垃圾。"],
};
for (const [locale, [language, pending, one, two]] of Object.entries(spoken)) {
  for (const width of [1280, 390]) {
    test(`the desk speaks ${locale}, ${width} pixels wide`, async () => {
      const { visitor, page } = await atDesk(sorrows(4), { locale, viewport: { width, height: 844 } });
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).direction), language === "ar" ? "rtl" : "ltr");
      await page.locator(".tabs [aria-current]", { hasText: pending }).waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("a");
      await page.locator(".toast").getByText(one).waitFor();
      await page.keyboard.press("x");
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await page.keyboard.press("Shift+S");
      await page.locator(".toast").getByText(two).waitFor();
      await assertAccessible(page);
      await assertFits(page);
      await visitor.leave();
    });
  }
}

// In long words, too, and where letters are so large that only a few words fit side by side.
for (const locale of ["en-GB", ...Object.keys(spoken)]) {
  test(`nothing that is pressed is cut off on a small screen: ${locale}`, async () => {
    const { visitor, page, ids, list } = await atDesk([...sorrows(2), "Cheap pots: http://pots.example/sale"], { locale, viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
    await service.decide(ids[0], "spam");
    const colleague = await service.call("POST", "moderators", { name: "Rosencrantz", email: `${locale}@elsinore.example` });
    const pages = ["?status=all", "/statistics", "/model?site=demo", "/settings", "/settings/sites/demo", "/me", "/activity", "/batches", "/blocks", "/imports", "/privacy", "/views"];
    const addresses = [...pages, ...["", "/edit", "/block"].map((end) => `/comments/${ids[2]}${end}`)].map((end) => `${service.url}/desk${end}`);
    for (const address of [list, ...addresses]) {
      await page.goto(address);
      for (const summary of await page.locator("main details:not([open]) > summary").all()) if (await summary.isVisible()) await summary.click();
      await assertNothingIsCutOff(page);
      await assertFits(page);
    }
    await service.call("DELETE", `moderators/${colleague.id}`);
    await visitor.leave();
  });
}

test("who chose a language reads it in every browser, and without script what a form did is said in it", async () => {
  const { visitor, page, list } = await atDesk(sorrows(2), { javaScriptEnabled: false });
  await page.goto(`${service.url}/desk/me`);
  await page.getByLabel("Language").selectOption("de");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Ihr Konto" }).waitFor();
  await page.goto(list);
  await page.locator(".item").first().getByRole("button", { name: "Freigeben" }).click();
  await page.getByText("1 Kommentar freigegeben.").waitFor();
  await page.goto(`${service.url}/desk/me`);
  await page.getByLabel("Sprache").selectOption("");
  await page.getByRole("button", { name: "Speichern" }).click();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await visitor.leave();
});
