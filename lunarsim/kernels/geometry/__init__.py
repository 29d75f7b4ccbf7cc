"""Where things stand: the Moon's orientation, elements and two-body quantities, what is seen past the limb."""
