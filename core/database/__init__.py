"""hanga.db: one writer, many readers, numbered migrations, snapshots, and a way back from damage.

`database` is the door: `Database.open(path, snapshots)`. It knows nothing of what the tables mean; whoever owns some
adds a file to `migrations`. Called by the library, the queue and the engine; never by the pipeline or a worker.
"""
