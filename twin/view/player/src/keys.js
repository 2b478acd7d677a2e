// The keyboard: space, arrows, Home, End, f. Only for the player that the reader is at.
const TYPING = 'input:not([type=range]), textarea, select, [contenteditable]';

export function listenToKeys(player, isHere) {
  const { clock, stage } = player;
  const step = () => Math.max((clock.end - clock.start) / 250, Math.min(1 / 30, (clock.end - clock.start) / 50));
  const actions = {
    ' ': () => clock.play(),
    ArrowLeft: (event) => clock.seek(clock.time - step() * (event.shiftKey ? 10 : 1)),
    ArrowRight: (event) => clock.seek(clock.time + step() * (event.shiftKey ? 10 : 1)),
    Home: () => clock.seek(clock.start),
    End: () => clock.seek(clock.end),
    f: () => stage?.fit('best'),
  };
  document.addEventListener('keydown', (event) => {
    const action = actions[event.key];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!action || !plain || !isHere() || event.target.closest?.(TYPING)) return;
    if (event.key === ' ' && event.target.closest?.('button, a, summary')) return;
    event.preventDefault();
    action(event);
  });
}
