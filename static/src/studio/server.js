// Where the Studio's pages lie, and questions to them.

export function address(path) {
  return location.pathname.replace(/\/studio(\/.*)?$/, "/studio/") + path;
}

export function token() {
  return document.querySelector("input[name=csrf_token]")?.value ??
    document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

export function sendJson(path, data) {
  return fetch(address(path), { method: "POST", credentials: "same-origin", body: JSON.stringify(data),
                                headers: { "Content-Type": "application/json", "X-CSRFToken": token() } });
}
