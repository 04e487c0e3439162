"""The demo office and the replay of real messages. Both only dispatch commands; no other code depends on them."""
