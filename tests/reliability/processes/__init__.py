"""Random block-structured processes, an independent interpreter of their blocks, and walks that compare both."""
