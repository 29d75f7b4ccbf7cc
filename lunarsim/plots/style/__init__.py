"""What all figures share: lines, colours, legends, labels, texts that keep clear of each other."""
