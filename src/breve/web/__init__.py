"""The web page: thin on top of the pipeline. ``page.build`` makes it, ``server.serve`` runs it."""
