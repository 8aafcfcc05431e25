"""Pages for what went wrong look like the newspaper, and need nothing of what may have failed."""

from django.test import override_settings

from pennypress.theme.views import server_error


def test_a_fault_of_ours_is_said_in_the_papers_own_type_without_the_database(rf):
    page = server_error(rf.get("/")).content.decode()
    assert "theme/site" in page and "Something went wrong on our side" in page and 'href="/"' in page


@override_settings(ALLOWED_HOSTS=["courier.example"])
def test_a_wrong_host_gets_a_whole_page(client, newsroom):
    answer = client.get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400 and b"<h1" in answer.content and b"could not be understood" in answer.content
