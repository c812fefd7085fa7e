// Keeps the clock running between two loads of the page, from the server's time and not the viewer's.
const clock = document.getElementById("clock");
const offset = Date.parse(clock.dateTime) - Date.now();
setInterval(() => {
  const now = new Date(Date.now() + offset);
  clock.textContent = now.toISOString().slice(11, 19);
}, 250);
