"""Devices that are not there: scripted, on a pty or TCP, for technicians and tests. Each is a command of its own.

``python -m devices.simulators.escpos --tcp 127.0.0.1:9100 --script faults.yaml --save paper.bin``
"""
