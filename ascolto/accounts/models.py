from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from ascolto.accounts.permissions import PERMISSIONS, of_role, read
from ascolto.kit.clock import now


class Role(models.TextChoices):
    """What a person may do; each includes the ones after it, but for the guest, who sees only what they are asked about."""

    ADMINISTRATOR = "administrator"
    LEAD = "lead"
    AGENT = "agent"
    GUEST = "guest"


class CustomRole(models.Model):
    """A role that the company made: a built-in one it begins from, and exactly what its people may do."""

    name = models.CharField(max_length=80, unique=True)
    base = models.CharField(max_length=20, choices=Role.choices, default=Role.AGENT)
    permissions: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def granted(self) -> frozenset[str]:
        """What its people may do; names that this version does not know grant nothing."""
        return frozenset(self.permissions) & PERMISSIONS.keys()


class AgentManager(BaseUserManager["Agent"]):
    def create_user(self, email: str, name: str, password: str | None = None, **fields: object) -> Agent:
        agent = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def get_by_natural_key(self, username: str | None) -> Agent:
        return self.get(email=(username or "").strip().lower())


class Agent(AbstractBaseUser):
    """A person of the company: agent, lead, administrator or a department's guest."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    public_name = models.CharField(
        max_length=60, blank=True, default=""
    )  # as customers read it; empty: the first name
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AGENT)
    custom_role = models.ForeignKey(
        CustomRole, models.PROTECT, null=True, blank=True, related_name="people"
    )  # then `role` is the rank that follows from it
    permissions = models.TextField(
        blank=True, default="", editable=False
    )  # of the custom role, copied: asking costs no query
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, blank=True, default="")
    theme = models.CharField(max_length=8, blank=True, default="")  # light, dark, or empty: as the system
    time_zone = models.CharField(max_length=64, blank=True, default="")
    single_keys = models.BooleanField(default=True)
    is_available = models.BooleanField(default=True)
    undo_seconds = models.PositiveSmallIntegerField(default=10)  # an answer waits so long, to be taken back
    keys: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict
    )  # single keys of one's own: usual key → chosen one
    density = models.CharField(max_length=8, blank=True, default="")  # compact, or empty: as designed
    has_sound = models.BooleanField(default=False)  # of new messages on the desk
    start_page = models.CharField(max_length=40, blank=True, default="")  # a place of the navigation
    created_at = models.DateTimeField(default=now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = AgentManager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_administrator(self) -> bool:
        """Whether this person may do everything."""
        return self.role == Role.ADMINISTRATOR

    @property
    def is_lead(self) -> bool:
        """Whether this person sees everything."""
        if self.custom_role_id is None:
            return self.role in {Role.ADMINISTRATOR, Role.LEAD}
        return " conversations.see_all " in self.permissions

    @property
    def is_guest(self) -> bool:
        return self.role == Role.GUEST

    def may(self, permission: str) -> bool:
        """Whether this person may do something of `accounts.permissions`. Raises KeyError for what is not there."""
        roles = PERMISSIONS[permission].roles
        if not self.is_active:
            return False
        return self.role in roles if self.custom_role_id is None else f" {permission} " in self.permissions

    @property
    def granted(self) -> frozenset[str]:
        """Everything this person may do while their account is open."""
        return of_role(self.role) if self.custom_role_id is None else read(self.permissions)

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.strip() else self.email


class Team(models.Model):
    """People who answer together."""

    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField(Agent, blank=True, related_name="teams")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """The company that runs this installation: one row."""

    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="Europe/Rome")
    reopen_days = models.PositiveIntegerField(default=14)
    is_demo = models.BooleanField(default=False)
    set_up_at = models.DateTimeField(null=True)
    setup_step = models.PositiveSmallIntegerField(default=1)
    setup_digest = models.CharField(max_length=64, blank=True, default="")  # of the one-time set-up link
    look = models.CharField(
        max_length=16, blank=True, default=""
    )  # digest of its colours and logo; empty: ours

    @classmethod
    def current(cls) -> Company:
        """The company; made at first use."""
        return cls.objects.first() or cls.objects.get_or_create(pk=1)[0]


class Appearance(models.Model):
    """The company's colour and logo: one row at most."""

    accent = models.CharField(max_length=7, blank=True, default="")  # "#rrggbb"
    logo = models.BinaryField(default=bytes, blank=True)
    logo_type = models.CharField(max_length=20, blank=True, default="")
    changed_at = models.DateTimeField(default=now)


class ApiToken(models.Model):
    """A key for a machine. Only its digest is stored."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now, editable=False)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A link by which a colleague chooses a password. Only its digest is stored."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class SignInAttempt(models.Model):
    """A failed sign-in, for the brake on guessing."""

    key = models.CharField(max_length=64)  # digest of the address or of the e-mail
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["key", "at"])]


class PeopleImport(models.Model):
    """People who came in from one file, so that it can be taken back while nobody of them signed in."""

    by = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    people: models.JSONField[list[int], list[int]] = models.JSONField(default=list)
    teams: models.JSONField[list[int], list[int]] = models.JSONField(default=list)  # made on the way
    undone_at = models.DateTimeField(null=True)
