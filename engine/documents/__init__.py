"""Documents of a case: templates, numbers, what is issued and served, and the dossier made of them."""
