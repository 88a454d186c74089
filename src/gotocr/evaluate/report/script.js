"use strict";
// Filters and orders the items; the page is whole without it.
(() => {
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const none = document.getElementById("none");
  const types = [...document.querySelectorAll("section.type")];
  const items = [...document.querySelectorAll("article.item")];
  const all = count.textContent;
  const number = (reading, key) => (reading && key in reading.dataset ? Number(reading.dataset[key]) : null);
  const chosen = name => (form.elements[name] ? form.elements[name].value : "");
  const fold = text => text.normalize("NFKC").toLowerCase();

  for (const [place, item] of items.entries()) {
    item.readings = [...item.querySelectorAll(".reading")];
    item.place = place;
    item.name = item.querySelector("h4 a").textContent;
  }

  function matches(item, words) {
    const data = item.dataset;
    return (!chosen("type") || item.closest("section.type").dataset.type === chosen("type"))
      && (!chosen("language") || data.language === chosen("language"))
      && (!chosen("group") || data.group === chosen("group"))
      && (!words || (item.words ??= fold(item.textContent)).includes(words));
  }

  // What an item is ordered by, the least first; null comes last.
  function rank(item, order, system) {
    const reading = item.readings[system];
    const good = number(reading, "good");
    if (order === "worst") return good;
    if (order === "slow") return number(reading, "seconds") === null ? null : -number(reading, "seconds");
    const others = item.readings.filter(other => other !== reading).map(other => number(other, "good")).filter(value => value !== null);
    return good === null || !others.length ? null : good - Math.max(...others);
  }

  function sort() {
    const order = chosen("sort");
    const system = Number(chosen("system") || 0);
    const names = new Intl.Collator(undefined, { numeric: true });
    const ranks = new Map(items.map(item => [item, order === "id" ? 0 : rank(item, order, system)]));
    const compare = (one, other) => {
      const [a, b] = [ranks.get(one), ranks.get(other)];
      if (order === "id") return names.compare(one.name, other.name);
      return (a === null) - (b === null) || a - b || one.place - other.place;
    };
    for (const type of types) {
      const rest = type.querySelector(":scope > .rest");
      type.append(...[...type.querySelectorAll(":scope > article")].sort(compare), ...(rest ? [rest] : []));
    }
  }

  function filter() {
    const words = fold(chosen("text").trim());
    const system = chosen("system");
    let shown = 0;
    for (const item of items) {
      item.hidden = !matches(item, words);
      shown += !item.hidden;
      item.readings.forEach((reading, place) => { reading.hidden = system !== "" && Number(system) !== place; });
    }
    const narrowed = shown < items.length;
    for (const type of types) {
      const rest = type.querySelector(":scope > .rest");
      if (rest) rest.hidden = narrowed;
      type.hidden = narrowed && !type.querySelector(":scope > article:not([hidden])");
    }
    count.textContent = narrowed ? `${shown.toLocaleString("en")} of ${items.length.toLocaleString("en")} in full` : all;
    none.hidden = shown > 0 || !items.length;
  }

  let waiting;
  form.addEventListener("input", event => {
    clearTimeout(waiting);
    if (event.target.name === "text") waiting = setTimeout(filter, 150);
    else { sort(); filter(); }
  });
  form.addEventListener("reset", () => setTimeout(() => { sort(); filter(); }));
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  sort();
  filter();
})();
