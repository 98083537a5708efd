"""Prints from the code what there is to read about events: AsyncAPI, tables, schemas and the picture."""
