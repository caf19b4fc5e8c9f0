"""Errors a caller may see: a code, a message in English and 中文, never a stack trace."""

from __future__ import annotations

from graphql import GraphQLError


class ApiError(GraphQLError):
    """An error with a stable code in ``extensions``."""

    def __init__(self, code: str, english: str, chinese: str) -> None:
        super().__init__(
            f"{english} {chinese}", extensions={"code": code, "messageEn": english, "messageZh": chinese}
        )


def unauthenticated(why: str = "a bearer token is needed", why_zh: str = "需要访问令牌") -> ApiError:
    """No token, or one that does not hold."""
    return ApiError("UNAUTHENTICATED", f"Not signed in: {why}.", f"未登录：{why_zh}。")


def forbidden(english: str = "Your role may not see this.", chinese: str = "当前角色无权查看。") -> ApiError:
    """The role may not."""
    return ApiError("FORBIDDEN", english, chinese)


def out_of_scope() -> ApiError:
    """It belongs to another organisation."""
    return ApiError("OUT_OF_SCOPE", "This is not within your organisation.", "不在本机构范围内。")


def bad_input(english: str, chinese: str) -> ApiError:
    """An argument cannot be used."""
    return ApiError("BAD_INPUT", english, chinese)
