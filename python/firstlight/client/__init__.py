"""Reading an experiment from a program: `firstlight.open(folder_or_url)`."""
