"""The learnt models that ship with the product, made anew from the project's corpus and permissive data sets."""
