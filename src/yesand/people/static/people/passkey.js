// A browser that gives no passkey says so on the page, and leaves everything as it was.
document.addEventListener('allauth.error', event => {
  event.preventDefault();
  document.getElementById('passkey-trouble')?.removeAttribute('hidden');
});
