// What the pages do with a script that they also do, a little less well, without one.
"use strict";

const today = new Date().toLocaleDateString("sv"); // as 2027-07-30, by the reader's own clock
for (const item of document.querySelectorAll("[data-start]")) {
  if (item.dataset.start <= today && today <= item.dataset.end) item.classList.add("today");
}

// Leaves without this page in the way back of the browser.
for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const search = document.getElementById("search");
if (search) {
  const field = search.elements.q, said = search.querySelector("output");
  const days = [...document.querySelectorAll("#days > li")].map((item) => ({
    item, words: plain(`${item.textContent} ${item.dataset.words}`),
  }));
  const look = () => {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { item, words } of days) {
      item.hidden = !wanted.every((word) => words.includes(word));
      count += !item.hidden;
    }
    said.textContent = !wanted.length ? "" : count ? said.dataset.found.replace("#", count) : said.dataset.none;
  };
  search.hidden = false;
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", look);
  search.addEventListener("submit", (event) => event.preventDefault());
  look();
}

const choose = document.getElementById("choose");
if (choose) {
  const what = document.getElementById("what"), tongue = document.getElementById("tongue");
  const field = document.getElementById("address"), copy = choose.querySelector("button");
  const base = choose.dataset.base || new URL("..", location.href).href.replace(/\/$/, "");
  const show = () => {
    const paths = JSON.parse(what.selectedOptions[0].dataset.paths);
    const https = `${base}/${paths[tongue.value] || paths.en}`;
    const webcal = https.replace(/^[a-z]+:/, "webcal:");
    const values = { https: encodeURIComponent(https), webcal: encodeURIComponent(webcal), plain: webcal, file: https };
    for (const link of choose.querySelectorAll("[data-link]")) {
      link.href = link.dataset.link.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    }
    field.value = https;
  };
  const wanted = decodeURIComponent(location.hash.slice(1));
  if ([...what.options].some((option) => option.value === wanted)) what.value = wanted;
  what.addEventListener("change", show);
  tongue.addEventListener("change", show);
  field.addEventListener("focus", () => field.select());
  copy.addEventListener("click", () => {
    field.select();
    navigator.clipboard.writeText(field.value).then(() => { copy.textContent = copy.dataset.copied; }, () => {});
  });
  choose.hidden = false;
  document.getElementById("list").open = false;
  show();
}
