// Gives the element of a story the gateway that serves the page, and the token of the link.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? sessionStorage.getItem('story') ?? '';
sessionStorage.setItem('story', token);
for (const element of document.querySelectorAll('[data-story]')) {
  element.token = () => token;
  element.setAttribute('gateway', new URL('..', location.href).href);
}
