"""A fleet of terminals in one process on a virtual clock, with seeded faults, against the real service.

    python -m central.simulators.fleet --terminals 45 --days 30 --seed 7

Real: the web application with its database, every terminal's outbox, counter, filing desk, sender, link, signatures and
sealing. Simulated: time, the network, disks that fill and lose power, citizens, clerks. The same seed gives the same
run (docs/decisions/0040).
"""
