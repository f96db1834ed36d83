"""Property tests run on busy machines: no deadline per example, and no complaint about slow drawing of examples."""

from hypothesis import HealthCheck, settings

settings.register_profile("devices", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("devices")
