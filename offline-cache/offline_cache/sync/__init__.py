"""Content from the central service to the terminal: signed, small, resumable, switched at once.

    syncer = Syncer(folder, Provisioned(root, "wenling/wenling", terminal, groups), mirrors)
    outcome = syncer.run(now)               # Updated | UpToDate; raises SyncRefusedError

``config`` the numbers; ``releases`` what is published; ``errors`` what can go wrong; ``mirrors`` where files come from;
``trust`` The Update Framework's client; ``fetching`` one file, piece by piece; ``patching`` from one pack to the next;
``store`` the packs on the disk and the switch; ``client`` all of it in order; ``courier`` the same by USB;
``signing``, ``repository`` and ``publishing`` are the other side.
"""
