// What a conversation shows is marked as read, so a page that nobody looks at asks for nothing new.

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.target.matches(".thread-live")) event.preventDefault();
});
