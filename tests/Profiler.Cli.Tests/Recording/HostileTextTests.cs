using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Profiler.Cli.Commands;
using Profiler.Cli.Tests.Support;
using Profiler.Core.Capture;
using Profiler.Core.Facts;
using Profiler.Core.Problems;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Report;
using Profiler.Report.Compare;
using Profiler.Report.Export;
using Profiler.Report.Export.JsonLines;
using Profiler.Report.Export.Perfetto;
using Profiler.Report.Html;
using Profiler.Tests.Support;
using Profiler.Tui;
using Profiler.Tui.Drawing;
using Profiler.Tui.Pages;

namespace Profiler.Cli.Tests.Recording;

/// <summary>
/// Text that would do something to a terminal, in every field of a recording that is text: in no output is anything of it
/// that does not print, and nothing is endless.
/// </summary>
public sealed class HostileTextTests
{
    private static readonly string[] Hostile =
    [
        "\e[2J\e[1;1H", "\e]0;title\a", "\e]52;c;cm0gLXJmIC8=\a", "\u009b31m", "a\nb\r\nc\rd", "nul\0nul", "\u202egnp.exe", "\u2066\u2069\u200f",
        "\u2028\u2029", "\ufeff\u200b", "\ud800", "\b\b\b\t\v\f", "\u007f", new string('x', 100_000), "%n%s", "\"'\\`$(reboot)",
        "<b>&amp;", "</style><script>x", "]]>-->", "\U000e0041", "\ue000", "",
    ];

    // A line has a whole object: its texts are looked at one by one.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nothing_that_does_not_print_is_in_any_output(int seed)
    {
        byte[] recording = Recording(new Random(seed));
        RecordedCapture recorded = RecordedCapture.Read(RecordingReader.Open(new MemoryStream(recording)));
        Assert.NotEmpty(recorded.Shutdowns);
        Assert.Equal(2, recorded.Devices.Count + recorded.Facts.StillHeld.Count);
        ReportDocument report = ReportBuilder.Build(recorded, ActivityFilter.None);
        Harmless(TextReport.Render(report, TextReport.DefaultWidth));
        Harmless(ReportJson.Text(report));
        using var html = new StringWriter(CultureInfo.InvariantCulture);
        HtmlReport.Write(html, report);
        Harmless(html.ToString());
        // As it is XML: no name has ended an element, or begun one.
        Assert.DoesNotContain(XDocument.Parse(html.ToString()["<!DOCTYPE html>".Length..]).Descendants(), e => e.Name.LocalName is "script" or "b");
        Exported exported = Exported.Of(recorded, ActivityFilter.None);
        using StringWriter csv = new(CultureInfo.InvariantCulture), lines = new(CultureInfo.InvariantCulture);
        CsvExport.Write(csv, exported);
        Harmless(csv.ToString().ReplaceLineEndings("\n"));
        JsonLinesExport.Write(lines, exported);
        Assert.All(lines.ToString().Split('\n')[..^1], line => Harmless(JsonNode.Parse(line)!.ToJsonString(Readable)));
        PerfettoExport.Write(Stream.Null, exported);
        CompareDocument compared = CompareBuilder.Build(
            [ComparedRecording.Of(Hostile[seed % Hostile.Length], report, _ => true)],
            [ComparedRecording.Of(Hostile[0], report with { Host = new("6.12", "host") }, _ => true)], 0.1);
        Harmless(CompareText.Render(compared, TextReport.DefaultWidth));
        Harmless(CompareJson.Text(compared));
        Harmless(string.Join('\n', recorded.Problems.Select(p => p.Text)));
        Harmless(recorded.WhatThereIs(new ActivityFilter(1, "x", "y")) + "\n");

        using var file = new TemporaryFile(recording);
        var (_, output, error) = await Verb.Run(TopCommand.Create(), "--from", file.Path, "--speed", "1000000");
        Assert.NotEmpty(output);
        Harmless(output);
        Harmless(error);

        using var profile = new Profile(new ReplaySource(new MemoryStream(recording), 1e9, TimeProvider.System), TimeProvider.System);
        profile.Start();
        await profile.Completion;
        ProfileState state = profile.State();
        var canvas = new Canvas(200, 60);
        for (int page = 0; page < PageTable.All.Length; page++)
        {
            ViewState view = ViewState.First with { PageIndex = page };
            Screen.Draw(canvas, new Scene(state, view, (200, 60)));
            Harmless(string.Join('\n', Enumerable.Range(0, 60).Select(canvas.Line)));
            // And what Enter opens.
            view = Tui.Commands.Apply(new Scene(state, view, (200, 60)), ViewCommand.Open);
            Screen.Draw(canvas, new Scene(state, view, (200, 60)));
            Harmless(string.Join('\n', Enumerable.Range(0, 60).Select(canvas.Line)));
        }
    }

    [Fact]
    public void Names_of_the_kernel_are_cleaned_whatever_bytes_they_are()
    {
        var random = new Random(1);
        var bytes = new byte[Name16.Length];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            Harmless(MemoryMarshal.Read<Name16>(bytes).ToString());
        }
    }

    private static void Harmless(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            // The message is made where it is needed: the text is long.
            if (rune.Value != '\n' && !Printable.Prints(rune))
                Assert.Fail($"U+{rune.Value:x4} in:\n{text}");
        }
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 6000));
    }

    // As somebody writes it who does not use our classes' manners: nothing is cleaned on the way in.
    private static byte[] Recording(Random random)
    {
        string Text() => string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Hostile[random.Next(Hostile.Length)]));
        ProbeInfo Probe(string name, bool attached) => new(name, Text(), Text(), attached, 3, Text(), random.Next(2) == 0 ? null : Text());
        ImmutableArray<ProbeInfo> probes =
            [Probe("release", true), Probe("signal", true), Probe(Text(), true), Probe(Text(), false), Probe(Text(), false)];
        ImmutableArray<Problem> problems = [new Problem(Text(), 3, Text()), new Problem("probe_missed", 2, Text()), new Problem("events_lost", null, Text())];
        using var file = new MemoryStream();
        using var writer = new RecordingWriter(file);
        writer.Begin(new CaptureInfo(WireEvent.Format, Text(), Text(), DateTimeOffset.UnixEpoch, 0, probes) { Problems = problems });
        writer.Fact(new ProcessIdentity(7, Text()));
        writer.Fact(new DeviceIdentity("0000:01:00.0", Text(), Text(), Text(), Text(), Text(), 3, Text(), [Text()], [Text(), Text()], Text()));
        writer.Fact(new KernelStack(3, [Text(), Text()]));
        writer.Fact(new DeviceStillHeld("0000:02:00.0", [new DeviceHolder(9, Text(), false)]));
        writer.Fact(new ProcessAtStart(7, Text(), ["0000:02:00.0", Text()], false));
        writer.Fact(new ResetDamage(Text(), Text(), 7, Text(), 9, new DeviceLink(16, 16), new DeviceLink(2.5, 4)));
        writer.Events(Events(random));
        ImmutableArray<EventCount> counts = [new EventCount(Text(), 1, 1, 0), new EventCount("release", 9, 8, 1)];
        writer.End(new CaptureEnd(9_000_000_000, counts, probes) { Problems = problems });
        return file.ToArray();
    }

    private static byte[] Events(Random random)
    {
        WireEvent[] events = EventText.Parse(
            """
            1.0 1/1 x signal 15 to 7/7 x
            1.1 7/7 x exits
            1.2 7/7 x release begin 0000:01:00.0 lock a exiting
            1.3 8/8 x release begin 0000:03:00.0 lock a
            1.4 8/8 x wait begin lock a holder 7/7 x
            1.5 7/7 x reset begin flr 0000:01:00.0
            2.5 7/7 x reset end flr
            2.6 7/7 x release end
            2.7 8/8 x wait end lock a
            3.0 8/8 x release end
            3.1 7/7 x gone
            3.2 1/1 x reaped of 7/7 x
            """);
        for (int i = 0; i < events.Length; i++)
        {
            events[i].Comm = Hurt(random, events[i].Comm);
            events[i].Peer.Comm = Hurt(random, events[i].Peer.Comm);
            if (events[i].Tid == 8)
                events[i].Device = Hurt(random, events[i].Device);
            events[i].Stack = events[i].Edge == EventEdge.End ? 3 : events[i].Stack;
        }
        return MemoryMarshal.AsBytes(events.AsSpan()).ToArray();
    }

    private static Name16 Hurt(Random random, Name16 name)
    {
        if (name.IsEmpty)
            return name;
        Name16 hurt = Name16.From("x" + Hostile[random.Next(Hostile.Length)]);
        if (random.Next(3) == 0)
            random.NextBytes(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref hurt, 1))[1..]);
        return hurt;
    }
}
