"""What consumers touch beyond SQL; reads releases only."""
