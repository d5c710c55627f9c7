"""The tenancy guard: a tenant's rows can be read and written only inside that tenant's scope.

django-scopes keeps the current scope; its own manager lets `exists()`, `explain()` and `bulk_create()` run outside
one, and lets a row of another tenant be written inside one. The manager and the model base here close both: the
queryset itself is refused outside a scope, and every write is compared with the scope.
"""

from collections.abc import Hashable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.apps import apps
from django.db import models
from django_scopes import ScopeError, get_scope, scope, scopes_disabled

if TYPE_CHECKING:
    from accounts.models import Workspace

__all__ = ["ForeignTenantError", "ScopeError", "TenantManager", "TenantModel", "every_workspace", "workspace_scope"]

Row = TypeVar("Row", bound=models.Model)


class ForeignTenantError(ScopeError):  # type: ignore[misc]
    """A row of one workspace was about to be written inside the scope of another."""


def workspace_scope(workspace: "Workspace") -> AbstractContextManager[None]:
    """Inside it, tenant managers see and write the rows of `workspace` only."""
    return cast(AbstractContextManager[None], scope(workspace=workspace))


def every_workspace() -> AbstractContextManager[None]:
    """Inside it the guard is off: for staff pages, the dispatcher and whole-installation commands only."""
    return cast(AbstractContextManager[None], scopes_disabled())


def current_workspace() -> "Workspace | None":
    """The workspace in scope, or None where the guard is switched off. Raises ScopeError outside any scope."""
    state = get_scope()
    if not state.get("_enabled", True):
        return None
    if "workspace" not in state:
        raise ScopeError("a workspace scope must be active to touch tenant data")
    return cast("Workspace", state["workspace"])


class TenantQuerySet(models.QuerySet[Row]):
    """A queryset that refuses to write rows of another workspace and to bypass the guard by raw SQL."""

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """As Django's, after checking each row's workspace."""
        rows = list(objs)
        self._refuse_foreign(rows)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Row], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """As Django's, after checking each row's workspace."""
        rows = list(objs)
        self._refuse_foreign(rows)
        return super().bulk_update(rows, fields, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """As Django's; moving rows to another tenant's parent is refused."""
        root = tenant_model(self.model).tenant_path.split("__")[0]
        if root in kwargs or f"{root}_id" in kwargs:
            raise ForeignTenantError("rows cannot be moved between tenants")
        return super().update(**kwargs)

    def raw(self, *_args: Any, **_kwargs: Any) -> Any:
        """Raw SQL would ignore the scope."""
        raise ScopeError("raw SQL is not scoped: use the ORM, or a connection cursor with an explicit account")

    def _refuse_foreign(self, rows: Sequence[models.Model]) -> None:
        workspace = current_workspace()
        if workspace is None or not rows:
            return
        model = tenant_model(self.model)
        first, _, rest = model.tenant_path.partition("__")
        parents = {getattr(row, f"{first}_id") for row in rows}
        if rest:
            parent = cast(type[models.Model], model._meta.get_field(first).related_model)
            parents = {_workspace_of(parent, rest, key) for key in parents}
        if parents - {workspace.pk}:
            raise ForeignTenantError(f"{model.__name__} rows of another workspace cannot be written here")


@lru_cache(maxsize=10_000)
def _workspace_of(model: type[models.Model], path: str, key: Hashable) -> Any:
    """The workspace id at the end of `path`. Remembered: a row never changes its tenant, and UUIDs are never reused."""
    return model._base_manager.filter(pk=key).values_list(path, flat=True).first()


# Counts what this process saves and removes of linked accounts: what a scope remembers of its own is then read anew.
_turnover = count()
_linked = {"turnover": next(_turnover)}


def accounts_changed(**_signal: Any) -> None:
    """A receiver of signals: a linked account was saved or removed."""
    _linked["turnover"] = next(_turnover)


def _accounts_of(workspace: "Workspace") -> tuple[Hashable, ...]:
    """The keys of the workspace's linked accounts, read once for each `workspace` object, so once for a page or a task.

    Every query names them: with a subquery in their place the database took up to twice as long. An account never
    moves to another workspace, so a list that has become old can hide a new one's rows, never show a stranger's.
    """
    turnover = _linked["turnover"]
    known: tuple[int, tuple[Hashable, ...]] | None = getattr(workspace, "_scoped_accounts", None)
    if known is None or known[0] != turnover:
        accounts = apps.get_model("accounts", "SellerAccount")._base_manager.filter(workspace=workspace.pk)
        known = turnover, tuple(accounts.order_by("pk").values_list("pk", flat=True))
        workspace._scoped_accounts = known  # type: ignore[attr-defined]
    return known[1]


def _rows_within(model: type["TenantModel"], workspace: "Workspace") -> TenantQuerySet[Any]:
    """The rows of a workspace: of its accounts, or of itself where it leads to the rows by another way."""
    way, _, _end = model.tenant_path.rpartition("__")
    if way.rpartition("__")[2] == "account":
        return _rows_of(model, way, _accounts_of(workspace))
    return _rows_of(model, model.tenant_path, (workspace.pk,))


@lru_cache(maxsize=2_000)
def _rows_of(model: type["TenantModel"], path: str, keys: tuple[Hashable, ...]) -> TenantQuerySet[Any]:
    """The rows that `path` leads to `keys` from: by a subquery, not a join, so that updates and deletes stay simple.

    Never evaluated, only copied: to build the filter anew cost more than many a query.
    """
    rows: TenantQuerySet[Any] = TenantQuerySet(model)
    first, _, rest = path.partition("__")
    if not rest:
        return rows.filter(**{f"{first}__in": keys})
    parent = cast(type[models.Model], model._meta.get_field(first).related_model)
    return rows.filter(**{f"{first}__in": parent._base_manager.filter(**{f"{rest}__in": keys}).values("pk")})


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The only manager of tenant models: no queryset at all without a scope, so no method can slip through."""

    def get_queryset(self) -> TenantQuerySet[Any]:
        """The rows of the workspace in scope. Raises ScopeError outside any scope."""
        workspace = current_workspace()
        if workspace is None:
            return cast(TenantQuerySet[Any], super().get_queryset())
        return _rows_within(tenant_model(self.model), workspace).using(self._db)


class TenantModel(models.Model):
    """Base of every model that belongs to a workspace; `tenant_path` is the lookup that leads to it."""

    tenant_path: ClassVar[str] = "account__workspace"

    objects = TenantManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's. Raises ForeignTenantError for a row of another workspace, ScopeError outside a scope."""
        type(self).objects.get_queryset()._refuse_foreign([self])
        super().save(*args, **kwargs)

    @classmethod
    def is_at_work(cls) -> bool:
        """Whether rows of this model say that a worker is writing for the workspace in scope right now."""
        return False

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's, under the same guard as `save`."""
        type(self).objects.get_queryset()._refuse_foreign([self])
        return super().delete(*args, **kwargs)


def tenant_model(model: type[models.Model]) -> type[TenantModel]:
    """Narrow `model` for the type checker; anything else is a programming error."""
    if not issubclass(model, TenantModel):
        raise TypeError(f"{model.__name__} uses TenantManager but is not a TenantModel")
    return model
