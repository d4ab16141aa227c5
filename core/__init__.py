"""The engine of Hanga: everything between an artist's request and a picture on disk. No Qt in here.

    Request ──planning──▶ Plan ──pipeline──▶ Events ──library──▶ ImageRecord

The four words and their like (`request`, `plan`, `events`, `record`, `errors`, `architecture`, `settings`, `paths`) are
plain data and lie here; each package below is one part of the work. Arrows between them point down only.
"""

VERSION = "0.1.0"
