from accounts.models import User


def display_name_of(user: User) -> str:
    return user.display_name
