using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ReplicatedDs.AppHost.Cluster;

namespace ReplicatedDs.AppHost.Control;

/// <summary>Keeps cluster.json true from the moment the cluster serves until it shuts down. Safe from any thread.</summary>
internal sealed partial class ClusterFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly ClusterOptions _options;
    private readonly ClusterView _view;
    private readonly ResourceNotificationService _notifications;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<ClusterFile> _logger;
    private readonly Lock _lock = new();
    private bool _open;
    private byte[] _written = [];
    private bool _isOutOfDate;
    private string _controlToken = "";
    private string? _dashboardToken;

    public ClusterFile(ClusterOptions options, ClusterView view, ResourceNotificationService notifications, IHostApplicationLifetime lifetime, ILogger<ClusterFile> logger)
    {
        _options = options;
        _view = view;
        _notifications = notifications;
        _lifetime = lifetime;
        _logger = logger;
        lifetime.ApplicationStopping.Register(Close);
    }

    /// <summary>Writes the file, and from now on after every change.</summary>
    public async Task OpenAsync()
    {
        _controlToken = await _options.ControlToken.GetValueAsync(_lifetime.ApplicationStopping) ?? "";
        _dashboardToken = await _options.DashboardToken.GetValueAsync(_lifetime.ApplicationStopping);
        lock (_lock)
        {
            _open = !_lifetime.ApplicationStopping.IsCancellationRequested;
        }

        Write();
        _ = FollowAsync();
    }

    /// <summary>Writes the file if it would say something new. Does nothing before it is open or after it is closed.</summary>
    public void Write()
    {
        lock (_lock)
        {
            if (!_open)
            {
                return;
            }

            var content = JsonSerializer.SerializeToUtf8Bytes(_view.Document(_controlToken, _dashboardToken), Json);
            if (content.AsSpan().SequenceEqual(_written))
            {
                return;
            }

            try
            {
                DataFolder.WriteSecret(_options.Data.ClusterFile, content);
                _written = content;
                _isOutOfDate = false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (!_isOutOfDate) // it is tried again at every change: said once
                {
                    LogNotWritten(_options.Data.ClusterFile, exception.Message);
                }

                _isOutOfDate = true;
            }
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            await foreach (var _ in _notifications.WatchAsync(_lifetime.ApplicationStopping))
            {
                Write();
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    private void Close()
    {
        lock (_lock)
        {
            _open = false;
            try
            {
                File.Delete(_options.Data.ClusterFile);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogNotWritten(_options.Data.ClusterFile, exception.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{File} is out of date: {Reason}")]
    private partial void LogNotWritten(string file, string reason);
}
