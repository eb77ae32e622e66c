from tuning_playbook.report.pages.templates import whole_options


def test_no_line_ends_within_an_option_and_foreign_text_stays_escaped():
    shown = str(whole_options("say --direction, or <b>--no-try</b>"))
    assert '<span style="white-space:nowrap">--direction</span>,' in shown
    assert '&lt;b&gt;<span style="white-space:nowrap">--no-try</span>&lt;/b&gt;' in shown
    assert "<b>" not in shown


def test_text_without_options_is_as_it_was():
    assert str(whole_options("a - b, 1--2 and A & B")) == "a - b, 1--2 and A &amp; B"
