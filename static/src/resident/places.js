// One long list becomes two short ones: the compound, then its buildings. And the device may say where it is, if asked.

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

async function within(select, group) {
  if (group.code && !group.asked) {
    const answer = await fetch(select.dataset.places.replace(/-$/, encodeURIComponent(group.code)));
    if (answer.ok) group.options.push(...(await answer.json()).map((one) => option(one.id, one.name)));
    group.asked = answer.ok;
  }
  return group.options;
}

function outerOf(select) {
  return [...select.querySelectorAll("optgroup")].map((one) => ({
    name: one.label, code: one.dataset.code, each: "each" in one.dataset, options: [...one.querySelectorAll("option")], asked: false }));
}

export function choosePlaces(select) {
  const groups = outerOf(select), chosen = select.value;
  const label = select.parentElement.querySelector("label");
  const outer = document.createElement("select");
  outer.className = select.className;
  outer.id = `${select.id}-outer`;
  outer.append(option("", ""), ...groups.map((one, index) => option(String(index), one.name)));
  label.htmlFor = outer.id;
  const second = Object.assign(document.createElement("label"), { htmlFor: select.id, textContent: select.dataset.inner });
  select.before(outer, second);

  async function show(group, id) {
    const own = group ? await within(select, group) : [];
    const options = own.length && !group.each ? own : [option("", ""), ...own]; // a compound stands for itself, "grid cells" do not
    select.replaceChildren(...options);
    select.value = id || options[0].value;
    second.textContent = group?.each ? group.name : select.dataset.inner;
    second.hidden = select.hidden = options.length < 2;
  }
  const other = select.form.querySelector('[name="c-near"][value="other"]');
  if (other) [outer, select].forEach((one) => one.addEventListener("change", () => { other.checked = true; }));
  outer.addEventListener("change", () => show(groups[Number(outer.value)] ?? null).catch((error) => console.warn(error)));
  select.chooseByHand = (id, within) => {
    const at = groups.findIndex((one) => (within && one.code === within) || (id && one.options.some((entry) => entry.value === id)));
    outer.value = at < 0 ? "" : String(at);
    return show(groups[at] ?? null, id);
  };
  select.chooseByHand(chosen).catch((error) => console.warn(error));
}

export function findPlace(box) {
  if (!("geolocation" in navigator) || !window.isSecureContext) return;
  const said = box.querySelector("p"), form = box.closest("form"), field = (name) => form.elements.namedItem(name);
  box.hidden = false;

  async function match(coords) {
    const body = new FormData();
    body.set("csrf_token", field("csrf_token").value);
    body.set("lat", coords.latitude);
    body.set("lng", coords.longitude);
    const answer = await fetch(box.dataset.here, { method: "POST", body });
    const [nearest] = answer.ok ? await answer.json() : [];
    if (!nearest) { said.textContent = box.dataset.none; return; }
    await field("c-place").chooseByHand?.(nearest.id, nearest.within);
    field("c-place").dispatchEvent(new Event("change"));
    said.textContent = box.dataset.found.replace("{place}", nearest.name);
    field("c-lat").value = coords.latitude;
    field("c-lng").value = coords.longitude;
    box.querySelector("div").hidden = false;
  }
  box.querySelector("button").addEventListener("click", () => {
    said.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => match(coords).catch((error) => { said.textContent = box.dataset.none; console.warn(error); }),
      () => { said.textContent = box.dataset.refused; }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });
}
