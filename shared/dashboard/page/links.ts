const REFRESH_MS = 2_000;

/** Asks for the page again, and shows what has changed since. */
async function refresh(): Promise<void> {
  const response = await fetch('/');
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const items = document.querySelectorAll('main li');
  fresh.querySelectorAll('main li').forEach((item, i) => {
    // Left alone where nothing is new: whoever has a link in focus keeps it.
    if (items[i]?.outerHTML !== item.outerHTML) items[i]?.replaceWith(item);
  });
}

async function follow(): Promise<void> {
  try {
    await refresh();
    document.body.removeAttribute('data-lost');
  } catch {
    // The server of this page is gone: said by the page, and asked for again.
    document.body.setAttribute('data-lost', '');
  }
  setTimeout(follow, REFRESH_MS);
}

setTimeout(follow, REFRESH_MS);
