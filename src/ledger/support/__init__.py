"""Support 服务、慈善、开发式帮扶: services, charity and development assistance."""
