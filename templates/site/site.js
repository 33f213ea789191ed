// What the pages do with a script that they also do, a little less well, without one.
"use strict";

const today = new Date().toLocaleDateString("sv"); // as 2027-07-30, by the reader's own clock
for (const item of document.querySelectorAll("[data-start]")) {
  if (item.dataset.start <= today && today <= item.dataset.end) item.classList.add("today");
  if (item.dataset.end < today && item.closest("[data-coming]")) item.hidden = true;
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
  const form = document.getElementById("form"), several = document.getElementById("several"), alarm = document.getElementById("alarm");
  const field = document.getElementById("address"), copy = choose.querySelector("button");
  const base = choose.dataset.base || new URL("..", location.href).href.replace(/\/$/, "");
  // Whoever gave out this page says in a header whether it also makes calendars of free choices; plain files do not.
  const [visit] = performance.getEntriesByType("navigation");
  const free = (visit?.serverTiming || []).some(({ name }) => name === "choices");
  const boxes = free ? [...what.querySelectorAll("optgroup")].flatMap((group) => ticks(group, several)) : [];
  const path = () => {
    const values = free ? boxes.filter((box) => box.checked).map((box) => box.value) : [what.value];
    form.disabled = values.some((value) => value.startsWith("regions/")); // few days repeat there, and none is written so
    const rules = !form.disabled && form.value === "rules";
    if (values.length < 2 && !alarm.value) {
      const paths = JSON.parse([...what.options].find(({ value }) => value === (values[0] || "all")).dataset.paths);
      const own = paths[tongue.value] || paths.en;
      return rules ? own.replace(/^([a-z]{2}\/)?/, "$1rules/") : own;
    }
    const kinds = {};
    for (const [kind, name] of values.map((value) => value.split("/"))) (kinds[kind] ||= []).push(name);
    const asked = Object.entries(kinds).map(([kind, names]) => `${kind}=${names.join(",")}`);
    asked.push(`lang=${tongue.value}`, ...(rules ? ["form=rules"] : []), ...(alarm.value ? [`alarm=${alarm.value}`] : []));
    return `feed.ics?${asked.join("&")}`;
  };
  const show = () => {
    const https = `${base}/${path()}`;
    const webcal = https.replace(/^[a-z]+:/, "webcal:");
    const values = { https: encodeURIComponent(https), webcal: encodeURIComponent(webcal), plain: webcal, file: https };
    for (const link of choose.querySelectorAll("[data-link]")) {
      link.href = link.dataset.link.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    }
    field.value = https;
    document.getElementById("silent").hidden = alarm.value !== "";
    for (const group of several.querySelectorAll("details")) {
      group.querySelector("output").textContent = group.querySelectorAll(":checked").length || "";
    }
  };
  const wanted = decodeURIComponent(location.hash.slice(1));
  if ([...what.options].some((option) => option.value === wanted)) what.value = wanted;
  for (const box of boxes.filter(({ value }) => value === wanted)) {
    box.checked = true;
    box.closest("details").open = true;
  }
  document.getElementById("one").hidden = free;
  for (const part of choose.querySelectorAll("[data-free]")) part.hidden = !free;
  choose.addEventListener("change", show);
  choose.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("focus", () => field.select());
  copy.addEventListener("click", () => {
    field.select();
    navigator.clipboard.writeText(field.value).then(() => { copy.textContent = copy.dataset.copied; }, () => {});
  });
  choose.hidden = false;
  document.getElementById("list").open = false;
  show();
}

// A group of a list to choose one from, as boxes of which any number can be ticked; gives the boxes.
function ticks(group, place) {
  const part = document.createElement("details");
  const [summary, list] = [document.createElement("summary"), document.createElement("fieldset")];
  const count = document.createElement("output");
  summary.append(group.label, " ", count);
  list.className = "ticks";
  list.setAttribute("aria-label", group.label);
  const made = [...group.children].map((option) => {
    const [label, box] = [document.createElement("label"), document.createElement("input")];
    box.type = "checkbox";
    box.value = option.value;
    label.append(box, " ", option.textContent);
    list.append(label);
    return box;
  });
  part.append(summary, list);
  place.append(part);
  return made;
}
