using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Profiler.Core.Facts;
using Profiler.Core.Recording;
using Profiler.Core.Wire;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Recording;

/// <summary>
/// A real recording, of a VM with one device in the lab, in each format that was ever written. The files stay as they are: each
/// later version must read the same from them, which is in <c>golden/recording.txt</c>.
/// </summary>
public sealed class GoldenRecordingTests
{
    public static TheoryData<int> Formats => [2, 3];

    [Theory]
    [MemberData(nameof(Formats))]
    public void It_is_read_by_this_version_as_by_all_before(int format)
    {
        using FileStream file = File.OpenRead(PathOf(format));
        RecordingReader reader = RecordingReader.Open(file);
        string text = Describe(reader);
        Assert.Equal(format, reader.Format);
        Assert.Empty(reader.Problems);
        Golden.Equal(Golden.Beside("golden/recording.txt"), text);
    }

    [Fact]
    public void The_current_format_has_its_file()
    {
        string path = PathOf(RecordingFormat.Magic[^1]);
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllBytes(path, Rewritten(PathOf(2)));
        Assert.True(File.Exists(path), $"{path} does not exist; make it with UPDATE_GOLDEN=1, once");
    }

    // As a recorder writes it: what came within a second together.
    private static byte[] Rewritten(string path)
    {
        using FileStream file = File.OpenRead(path);
        RecordingReader reader = RecordingReader.Open(file);
        using var output = new MemoryStream();
        using var writer = new RecordingWriter(output);
        writer.Begin(reader.Info);
        reader.Facts.Learned += writer.Fact;
        ulong flushedNs = 0;
        foreach (ReadOnlyMemory<byte> batch in reader.Batches())
        {
            ulong nowNs = MemoryMarshal.Read<WireEvent>(batch.Span).TimeNs;
            if (nowNs >= flushedNs + 1_000_000_000)
            {
                writer.Flush();
                flushedNs = nowNs;
            }
            writer.Events(batch);
        }
        writer.End(reader.End!);
        return output.ToArray();
    }

    private static string Describe(RecordingReader reader)
    {
        var events = new StringBuilder();
        foreach (ReadOnlyMemory<byte> batch in reader.Batches())
        {
            foreach (ref readonly WireEvent e in MemoryMarshal.Cast<byte, WireEvent>(batch.Span))
                events.Append(CultureInfo.InvariantCulture,
                    $"{e.TimeNs} {e.Tgid}/{e.Tid} {e.Comm} {e.Kind} {e.Edge} {e.Subtype} {e.Flags} device {e.Device} lock {e.Lock:x} peer {e.Peer.Tgid}/{e.Peer.Tid} {e.Peer.Comm} value {e.Value} stack {e.Stack} cgroup {e.Cgroup}\n");
        }
        var text = new StringBuilder();
        text.Append(JsonSerializer.Serialize(reader.Info, CaptureJson.Default.CaptureInfo)).Append('\n');
        foreach (Fact fact in reader.Facts.All)
            text.Append(Encoding.UTF8.GetString(FactFrames.Json(fact))).Append('\n');
        text.Append(events);
        text.Append(JsonSerializer.Serialize(reader.End!, CaptureJson.Default.CaptureEnd)).Append('\n');
        return text.ToString();
    }

    private static string PathOf(int format) => Golden.Beside($"golden/format-{format}.vfioscope");
}
