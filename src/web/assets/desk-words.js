// What the desk's scripts say, in the language of the page: it hands the sentences over in a template, a line
// each, and one that counts has a line for each form that the language has.

const language = document.documentElement.lang;
const sentences = new Map(document.querySelector("#words").content.textContent.split("\n").map((line) => {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}));
const forms = new Intl.PluralRules(language);
// With the digits that the service writes, also where a language has others.
const numbers = new Intl.NumberFormat(language, { numberingSystem: "latn" });

// A sentence by its name, filled in. `count` chooses the form, and is written as the language writes numbers.
export const say = (name, values = {}) => {
  const { count } = values;
  const form = count === undefined ? "other" : forms.select(count);
  const said = sentences.get(`${name}.${form}`) ?? sentences.get(`${name}.other`) ?? sentences.get(name) ?? name;
  const all = count === undefined ? values : { number: numbers.format(count), ...values };
  return said.replace(/\{(\w+)\}/g, (place, key) => (key in all ? all[key] : place));
};
export const list = (names) => new Intl.ListFormat(language).format(names);
export const moment = (at) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", numberingSystem: "latn" }).format(at);
