"""Many flights of one scenario with dispersed values: stored in chunks, flown by threads or a cluster."""

from lunarsim.campaign.chunk import Chunk, Columns
from lunarsim.campaign.dataset import open_dataset
from lunarsim.campaign.execution import run_chunks
from lunarsim.campaign.manifest import Column, Manifest
from lunarsim.campaign.progress import progress_bar
from lunarsim.campaign.store import ChunkStore

__all__ = ["Chunk", "ChunkStore", "Column", "Columns", "Manifest", "open_dataset", "progress_bar", "run_chunks"]
