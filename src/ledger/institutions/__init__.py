"""Institutions 供养服务机构: admission, attendance, leave and discharge of residents, and what is paid for them."""
