using System.Collections.Immutable;
using System.Text.Json;

namespace Profiler.Host.Vms;

/// <summary>A pod as kubectl names it.</summary>
internal sealed record PodName(string Namespace, string Name);

/// <summary>
/// Names of pods from the files that the kubelet and the container runtimes keep on each node. No request is made to any server.
/// </summary>
/// <param name="root">The host's root directory.</param>
internal sealed class PodFiles(string root = "/")
{
    private const int MaxConfig = 4 << 20; // bytes

    // Where containerd, that of k3s and RKE2, and CRI-O keep the OCI configuration of a running container.
    private static readonly ImmutableArray<string> Bundles =
    [
        "run/containerd/io.containerd.runtime.v2.task/k8s.io/{0}/config.json",
        "run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/{0}/config.json",
        "run/containers/storage/overlay-containers/{0}/userdata/config.json",
        "var/lib/containers/storage/overlay-containers/{0}/userdata/config.json",
    ];

    // Annotations of containerd and of CRI-O.
    private static readonly ImmutableArray<(string Namespace, string Name)> Annotations =
    [
        ("io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name"),
        ("io.kubernetes.pod.namespace", "io.kubernetes.pod.name"),
    ];

    /// <summary>The name of a pod; null if no readable file has it.</summary>
    public PodName? NameOf(PodCgroup pod) => ByLogs(pod.Uid) ?? ByBundle(pod.Container);

    // The kubelet's /var/log/pods/NAMESPACE_NAME_UID; neither name may contain an underscore.
    private PodName? ByLogs(string? uid)
    {
        if (uid is null)
            return null;
        try
        {
            return Directory.EnumerateDirectories(Path.Combine(root, "var/log/pods"), $"*_{uid}")
                .Select(directory => Path.GetFileName(directory).Split('_'))
                .Where(parts => parts.Length == 3)
                .Select(parts => new PodName(parts[0], parts[1]))
                .FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private PodName? ByBundle(string? container) => container is null
        ? null
        : Bundles.Select(b => Read(Path.Combine(root, b.Replace("{0}", container, StringComparison.Ordinal)))).FirstOrDefault(name => name is not null);

    private static PodName? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxConfig)
                return null;
            using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(path));
            if (!config.RootElement.TryGetProperty("annotations", out JsonElement annotations))
                return null;
            return Annotations
                .Select(a => Value(annotations, a.Namespace) is { } ns && Value(annotations, a.Name) is { } name ? new PodName(ns, name) : null)
                .FirstOrDefault(name => name is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Value(JsonElement annotations, string name) =>
        annotations.TryGetProperty(name, out JsonElement value) && value.GetString() is { Length: > 0 } text ? text : null;
}
